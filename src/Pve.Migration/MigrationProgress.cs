namespace Pve.Migration;

/// <summary>A migration's progress at one moment.</summary>
public sealed record MigrationProgress
{
    /// <summary>Grows by one with each report, so that a late one can be told.</summary>
    public required long Sequence { get; init; }

    /// <summary>How far the migration is.</summary>
    public required MigrationPhase Phase { get; init; }

    /// <summary>The step that runs, by its name in the ledger.</summary>
    public required string Step { get; init; }

    /// <summary>Since the migration began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Bytes of RAM the guest has; 0 until QEMU says.</summary>
    public long RamTotalBytes { get; init; }

    /// <summary>Bytes that still differ.</summary>
    public long RamRemainingBytes { get; init; }

    /// <summary>Bytes sent so far.</summary>
    public long RamTransferredBytes { get; init; }

    /// <summary>Bytes a second of late.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>Bytes a second that the guest dirties.</summary>
    public double DirtyBytesPerSecond { get; init; }

    /// <summary>The pass over the RAM that is under way.</summary>
    public long Pass { get; init; }

    /// <summary>How far each disk is; empty until they are mirrored.</summary>
    public IReadOnlyList<DiskProgress> Disks { get; init; } = [];

    /// <summary>The pause that QEMU expects now: of the RAM alone, whatever its limit; null where it does not say.</summary>
    public TimeSpan? ExpectedPause { get; init; }

    /// <summary>
    /// The pause from STOP to RESUME that there would be if QEMU switched over now: the rest of the RAM, as far as the downtime limit allows it, and
    /// what loading and handover took before. It stays as it was when the guest was paused; null before the copy.
    /// </summary>
    /// <remarks>
    /// While the copy is held, it is that of a guest whose RAM is all but copied. Where the guest dirties it as fast as the bandwidth allows, or as the way was
    /// seen to carry it in an earlier migration, it is the goal's pause, and null where there is no goal, or one that may be exceeded. QEMU counts a page once a
    /// pass, and passes are slow then: the guest may dirty more than is known.
    /// </remarks>
    public TimeSpan? PredictedPause { get; init; }

    /// <summary>When the guest will run on the target, since the migration began; null where the copy gets nowhere, and outside of it.</summary>
    public TimeSpan? PredictedEnd { get; init; }

    /// <summary>Why the copy does not get on, such as a hold; null where it does.</summary>
    public string? WaitsFor { get; init; }
}
