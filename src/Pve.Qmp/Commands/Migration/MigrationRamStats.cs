using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The RAM's progress within <c>query-migrate</c>.</summary>
/// <example>
/// <code>
/// MigrationInfo migration = await qemu.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken);
/// long bytesLeft = migration.Ram?.Remaining ?? 0;
/// </code>
/// </example>
public sealed record MigrationRamStats : QmpObject
{
    /// <summary>Bytes sent so far.</summary>
    public long Transferred { get; init; }

    /// <summary>Bytes that still differ.</summary>
    public long Remaining { get; init; }

    /// <summary>Bytes of RAM in all.</summary>
    public long Total { get; init; }

    /// <summary>Pages of zeroes that were sent as such.</summary>
    public long Duplicate { get; init; }

    /// <summary>Always 0. Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public long? Skipped { get; init; }

    /// <summary>Pages that were sent whole.</summary>
    public long Normal { get; init; }

    /// <summary>Bytes of such pages.</summary>
    public long NormalBytes { get; init; }

    /// <summary>How many pages a second the guest dirties.</summary>
    public long DirtyPagesRate { get; init; }

    /// <summary>The throughput of late, in megabits a second.</summary>
    public double Mbps { get; init; }

    /// <summary>How many passes over the RAM have begun.</summary>
    public long DirtySyncCount { get; init; }

    /// <summary>Pages that the target asked for in post-copy.</summary>
    public long PostcopyRequests { get; init; }

    /// <summary>The size of a page in bytes; 0 where QEMU does not say.</summary>
    public int PageSize { get; init; }

    /// <summary>Bytes sent through multifd's channels.</summary>
    public long MultifdBytes { get; init; }

    /// <summary>Pages sent a second of late.</summary>
    public long PagesPerSecond { get; init; }

    /// <summary>Bytes sent while the guest ran; null before QEMU 7.0.</summary>
    public long? PrecopyBytes { get; init; }

    /// <summary>Bytes sent while the guest was paused; null before QEMU 7.0.</summary>
    public long? DowntimeBytes { get; init; }

    /// <summary>Bytes sent in post-copy; null before QEMU 7.0.</summary>
    public long? PostcopyBytes { get; init; }

    /// <summary>How often zero-copy had to copy after all; null before QEMU 7.1.</summary>
    public long? DirtySyncMissedZeroCopy { get; init; }
}
