namespace Pve.Qmp;

/// <summary>Which events a subscription gets, and how many may wait.</summary>
/// <example><code>
/// var options = new QmpSubscriptionOptions { Events = ["JOB_STATUS_CHANGE"], Capacity = 16, Overflow = QmpOverflow.Fail };
/// using var jobs = qemu.Subscribe(options);
/// </code></example>
public sealed record QmpSubscriptionOptions
{
    /// <summary>The names of the events; all where none is given.</summary>
    public IReadOnlyCollection<string> Events { get; init; } = [];

    /// <summary>How many events may wait unread; 1024 unless set. With <see cref="QmpOverflow.Wait"/> only <see cref="MaxWaitingBytes"/> counts.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>What happens to one more; the oldest is dropped and counted unless set.</summary>
    public QmpOverflow Overflow { get; init; }

    /// <summary>The memory that waiting events may take, in bytes; 16 MiB unless set. One that is larger has room when it is alone.</summary>
    public long MaxWaitingBytes { get; init; } = 16 * 1024 * 1024;
}
