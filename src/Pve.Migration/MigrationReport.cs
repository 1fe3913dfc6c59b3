using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>How a migration ended, where its time went, and what it moved.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Ledger">Where the time went.</param>
/// <param name="Statistics">What QEMU counted.</param>
/// <param name="Warnings">What fell short without changing the outcome: capabilities that were left out, clean-up that failed.</param>
public sealed record MigrationReport(
    MigrationOutcome Outcome, DowntimeLedger Ledger, MigrationStatistics Statistics, IReadOnlyList<string> Warnings)
{
    /// <summary>How long the pause was to be, as foreseen last before it; <see cref="DowntimeLedger.Paused"/> is what it was. Null before the copy.</summary>
    public TimeSpan? PredictedPause { get; init; }

    /// <summary>What the source's QEMU was told to use, of what it is capable of; empty where it did not come to that.</summary>
    public IReadOnlyList<MigrationCapability> Capabilities { get; init; } = [];

    /// <summary>What was done so that the copy would converge, in its order.</summary>
    public IReadOnlyList<ConvergenceChange> Convergence { get; init; } = [];

    /// <summary>Whether the guest went ahead of its RAM. Where it did, that was the commit point, before the resume.</summary>
    public bool WentPostCopy { get; init; }

    /// <summary>How often the connection was lost after that, and mended.</summary>
    public int Mended { get; init; }

    /// <summary>Whether the guest arrived within the goal's pause and time; null without a goal, and where nobody saw the pause.</summary>
    public bool? GoalKept { get; init; }

    /// <summary>What was mirrored of each disk, in the order of the request.</summary>
    public IReadOnlyList<DiskProgress> Disks { get; init; } = [];

    /// <summary>What was found before anything was touched.</summary>
    public IReadOnlyList<PreflightFinding> Findings { get; init; } = [];
}
