namespace Pve.Migration;

/// <summary>Where the time went: each step measured by itself, and the pause they explain.</summary>
/// <remarks>
/// <see cref="Paused"/> comes from QEMU's own STOP and RESUME; the lines come from this side's clock and, where QEMU was at work, from its
/// other events. A line that were missing would show as a difference between <see cref="Paused"/> and <see cref="Explained"/>.
/// </remarks>
public sealed record DowntimeLedger
{
    /// <summary>Every step that ran, in the order of its start.</summary>
    public required IReadOnlyList<LedgerLine> Lines { get; init; }

    /// <summary>From STOP on the source to RESUME on the target; null where the guest was not resumed, or nobody saw it.</summary>
    public TimeSpan? Paused { get; init; }

    /// <summary>From <c>completed</c> to RESUME, both on the target: what the handover adds to QEMU's own part; null where unseen, and in post-copy.</summary>
    public TimeSpan? HandoverGap { get; init; }

    /// <summary>How far <see cref="Paused"/> may be off, because the two hosts' clocks are only known within bounds.</summary>
    public TimeSpan ClockError { get; init; }

    /// <summary>The sum of the lines inside the pause.</summary>
    public TimeSpan Explained
        => Lines.Where(line => line.Placement == StepPlacement.InsidePause).Aggregate(TimeSpan.Zero, (sum, line) => sum + line.Duration);
}
