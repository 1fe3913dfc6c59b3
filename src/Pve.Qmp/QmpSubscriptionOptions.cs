namespace Pve.Qmp;

/// <summary>Which events a subscription gets, and how many may wait.</summary>
/// <example>
/// <code>
/// var options = new QmpSubscriptionOptions { Events = ["JOB_STATUS_CHANGE", "BLOCK_JOB_READY"], Capacity = 10_000 };
/// using QmpEventSubscription jobs = qemu.Subscribe(options);
/// </code>
/// </example>
public sealed record QmpSubscriptionOptions
{
    /// <summary>The names of the events; all where none is given.</summary>
    public IReadOnlyCollection<string> Events { get; init; } = [];

    /// <summary>How many events may wait unread; 1024 unless set.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>What happens to one more; the oldest is dropped and counted unless set.</summary>
    public QmpOverflow Overflow { get; init; }
}
