namespace Pve.Qmp;

/// <summary>The connection could not be opened, or is lost.</summary>
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
