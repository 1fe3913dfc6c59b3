using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A job of a disk.</summary>
/// <example>
/// <code>
/// foreach (BlockJobInfo job in await qemu.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: cancellationToken))
/// {
///     long bytesLeft = job.Len - job.Offset;
/// }
/// </code>
/// </example>
public sealed record BlockJobInfo : QmpObject
{
    /// <summary>What it does.</summary>
    public JobType Type { get; init; }

    /// <summary>The job's id, or the drive's name.</summary>
    public string Device { get; init => field = value ?? ""; } = "";

    /// <summary>Where it ends, in bytes as a rule; may grow.</summary>
    public long Len { get; init; }

    /// <summary>How far it is.</summary>
    public long Offset { get; init; }

    /// <summary>Whether it works just now.</summary>
    public bool Busy { get; init; }

    /// <summary>Whether it was paused by a user or for want of I/O.</summary>
    public bool Paused { get; init; }

    /// <summary>Bytes a second at most; 0 is no limit.</summary>
    public long Speed { get; init; }

    /// <summary>Whether its requests succeed.</summary>
    public BlockDeviceIoStatus IoStatus { get; init; }

    /// <summary>Whether it may be completed.</summary>
    public bool Ready { get; init; }

    public JobStatus Status { get; init; }

    public bool AutoFinalize { get; init; }

    public bool AutoDismiss { get; init; }

    /// <summary>Why it failed, in QEMU's words.</summary>
    public string? Error { get; init; }

    /// <summary>Whether a mirror copies writes at once, and has caught up. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public bool? ActivelySynced { get; init; }
}
