namespace Pve.Qmp;

/// <summary>No reply within the deadline. The connection works on; a reply that comes late is dropped and counted.</summary>
/// <example>
/// <code>
/// try
/// {
///     await qemu.ExecuteAsync(QmpCommands.Continue, new QmpCallOptions { ReplyTimeout = TimeSpan.FromSeconds(1) });
/// }
/// catch (QmpTimeoutException e)
/// {
///     Console.Error.WriteLine(e.Sent ? $"QEMU may still execute '{e.Command}'" : $"'{e.Command}' was never sent");
/// }
/// </code>
/// </example>
public sealed class QmpTimeoutException : QmpException
{
    /// <summary>Creates the failure of <paramref name="command"/>.</summary>
    public QmpTimeoutException(string command, TimeSpan timeout, bool sent)
        : base(sent
            ? $"QEMU did not answer '{command}' within {timeout.TotalSeconds:0.###} s; it may still execute it."
            : $"'{command}' was not sent within {timeout.TotalSeconds:0.###} s, because earlier commands still wait for QEMU.")
        => (Command, Timeout, Sent) = (command, timeout, sent);

    /// <summary>The command that got no reply.</summary>
    public string Command { get; }

    /// <summary>The deadline that passed.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Whether the command reached the connection, so that QEMU may still execute it.</summary>
    public bool Sent { get; }

    /// <inheritdoc/>
    public override bool ConnectionUsable => true;
}
