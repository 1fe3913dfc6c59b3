namespace Pve.Qmp;

/// <summary>
/// A mark of ours in the events of a <see cref="QmpReconnectingClient"/>: one where the connection was lost, and one where there is another.
/// Between them QEMU may have sent what nobody heard.
/// </summary>
/// <example>
/// <code>
/// if (qmpEvent is QmpGapEvent { State: { } now })
/// {
///     Console.WriteLine($"connected again; the guest is {now.Status.Status}");
/// }
/// </code>
/// </example>
public sealed class QmpGapEvent : QmpEvent
{
    /// <summary>The name of the mark, which no event of QEMU's can have.</summary>
    public const string EventName = "(gap)";

    internal QmpGapEvent(QmpException? reason, QmpResumedState? state, TimeProvider time)
        : base(EventName, DateTimeOffset.MinValue, default(System.Text.Json.JsonElement), time.GetTimestamp())
        => (Reason, State) = (reason, state);

    /// <summary>
    /// Why the connection was lost; none where it was closed to connect anew. A <see cref="QmpEventOverflowException"/> where it was given up because
    /// its events came faster than they could be taken in.
    /// </summary>
    public QmpException? Reason { get; }

    /// <summary>How things were after connecting again; none as long as there is no connection.</summary>
    public QmpResumedState? State { get; }
}
