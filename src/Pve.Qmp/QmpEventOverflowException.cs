namespace Pve.Qmp;

/// <summary>A subscription was not read fast enough, by the rule of its <see cref="QmpOverflow"/>, and ended; the connection works on.</summary>
/// <example><code>
/// using var events = qemu.Subscribe(new QmpSubscriptionOptions { Overflow = QmpOverflow.Fail });
/// try
/// {
///     await events.ReadAsync(cancellationToken);
/// }
/// catch (QmpEventOverflowException e)
/// {
///     Console.WriteLine($"{e.Waiting} events were more than could wait");
/// }
/// </code></example>
public sealed class QmpEventOverflowException : QmpException
{
    /// <summary>Creates the failure of a queue in which <paramref name="waiting"/> events wait.</summary>
    public QmpEventOverflowException(long waiting)
        : base($"{waiting} events wait unread and there is no room for more, so the subscription ended; read faster, or raise its limit.")
        => Waiting = waiting;

    /// <summary>How many events waited, which can still be read.</summary>
    public long Waiting { get; }

    /// <inheritdoc/>
    public override bool ConnectionUsable => true;
}
