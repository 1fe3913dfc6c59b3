namespace Pve.Qmp.Commands;

/// <summary>The RAM's progress within <c>query-migrate</c>.</summary>
public sealed record MigrationRamStats
{
    /// <summary>Bytes sent so far.</summary>
    public long Transferred { get; init; }

    /// <summary>Bytes that still differ.</summary>
    public long Remaining { get; init; }

    /// <summary>Bytes of RAM in all.</summary>
    public long Total { get; init; }

    /// <summary>The throughput of late, in megabits a second.</summary>
    public double Mbps { get; init; }

    /// <summary>How many passes over the RAM have begun.</summary>
    public long DirtySyncCount { get; init; }

    /// <summary>How many pages a second the guest dirties.</summary>
    public long DirtyPagesRate { get; init; }

    /// <summary>The size of a page in bytes; 0 where QEMU does not say.</summary>
    public int PageSize { get; init; }

    /// <summary>Pages of zeroes that were sent as such.</summary>
    public long Duplicate { get; init; }

    /// <summary>Pages that were sent whole.</summary>
    public long Normal { get; init; }

    /// <summary>Bytes sent while the guest was paused; null before QEMU 7.0.</summary>
    public long? DowntimeBytes { get; init; }
}
