namespace Pve.Migration;

/// <summary>What QEMU counted.</summary>
public sealed record MigrationStatistics
{
    /// <summary>From the first step to the last.</summary>
    public TimeSpan Total { get; init; }

    /// <summary>The pause as QEMU's source measured it: without what happened after its <c>completed</c>; null where it did not say.</summary>
    public TimeSpan? QemuDowntime { get; init; }

    /// <summary>Bytes of RAM that were sent.</summary>
    public long RamTransferredBytes { get; init; }

    /// <summary>Bytes of RAM the guest has.</summary>
    public long RamTotalBytes { get; init; }

    /// <summary>How many passes over the RAM it took.</summary>
    public long Passes { get; init; }

    /// <summary>The downtime limit that QEMU switched over with.</summary>
    public TimeSpan DowntimeLimit { get; init; }
}
