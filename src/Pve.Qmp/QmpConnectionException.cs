namespace Pve.Qmp;

/// <summary>The connection could not be opened, or is lost.</summary>
/// <example>
/// <code>
/// try
/// {
///     await qemu.ExecuteAsync(QmpCommands.Quit);
/// }
/// catch (QmpConnectionException)
/// {
///     // QEMU ended before it answered; only a new client can say more
/// }
/// </code>
/// </example>
public sealed class QmpConnectionException : QmpException
{
    /// <summary>Creates the failure.</summary>
    public QmpConnectionException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override bool ConnectionUsable => false;
}
