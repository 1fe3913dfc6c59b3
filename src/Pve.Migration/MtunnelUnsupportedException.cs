namespace Pve.Migration;

/// <summary>The agreed dialect has no such command: nothing was sent, do it another way.</summary>
public sealed class MtunnelUnsupportedException : MtunnelException
{
    public MtunnelUnsupportedException(string command, MtunnelDialect dialect)
        : base($"'{command}' cannot be said in dialect {dialect}", tunnelUsable: true)
    {
        Command = command;
        Dialect = dialect;
    }

    /// <summary>The command that was asked for.</summary>
    public string Command { get; }

    /// <summary>The dialect that lacks it.</summary>
    public MtunnelDialect Dialect { get; }
}
