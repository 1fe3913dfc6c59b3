namespace Pve.Qmp;

/// <summary>A subscription with <see cref="QmpOverflow.Fail"/> was not read fast enough and ended; the connection works on.</summary>
public sealed class QmpEventOverflowException : QmpException
{
    /// <summary>Creates the failure of a queue that holds <paramref name="capacity"/> events.</summary>
    public QmpEventOverflowException(int capacity)
        : base($"More than {capacity} events waited unread, so the subscription ended; read faster, or raise its capacity.")
        => Capacity = capacity;

    /// <summary>How many events the queue holds.</summary>
    public int Capacity { get; }

    /// <inheritdoc/>
    public override bool ConnectionUsable => true;
}
