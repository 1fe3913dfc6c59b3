namespace Pve.Qmp;

/// <summary>This QEMU does not know a command, or a value that the command cannot do without; nothing was sent, and the connection works on.</summary>
public sealed class QmpUnsupportedException : QmpException
{
    /// <summary>Creates the failure of a command that does not exist.</summary>
    public QmpUnsupportedException(string command)
        : base($"This QEMU has no command '{command}'.")
        => Command = command;

    /// <summary>Creates the failure of a command whose required argument at <paramref name="path"/> has an unknown value.</summary>
    public QmpUnsupportedException(string command, string path, string value)
        : base($"'{command}' cannot do without '{path}', and this QEMU does not know {value} there.")
        => (Command, Path) = (command, path);

    /// <summary>The command that was to be executed.</summary>
    public string Command { get; }

    /// <summary>Where in its arguments the unknown value is; null where the command itself is unknown.</summary>
    public string? Path { get; }

    /// <inheritdoc/>
    public override bool ConnectionUsable => true;
}
