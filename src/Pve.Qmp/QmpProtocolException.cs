namespace Pve.Qmp;

/// <summary>The peer broke the protocol. The connection is closed unless only one result had an unexpected shape.</summary>
public sealed class QmpProtocolException : QmpException
{
    /// <summary>Creates the failure.</summary>
    public QmpProtocolException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    internal QmpProtocolException(string message, Exception innerException, bool usable)
        : base(message, innerException)
        => ConnectionUsable = usable;

    /// <inheritdoc/>
    public override bool ConnectionUsable { get; }
}
