using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>
/// What <c>query-migrate-parameters</c> returns and <c>migrate-set-parameters</c> takes; null is left out, and stays as it is.
/// </summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.MigrateSetParameters,
///     new() { MaxBandwidth = 1L &lt;&lt; 30 },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record MigrationParameters : QmpObject
{
    /// <summary>Bytes a second at most; 0 is no limit.</summary>
    public long? MaxBandwidth { get; init; }

    /// <summary>The pause below which QEMU switches over by itself; whole milliseconds, at most 2,000,000.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? DowntimeLimit { get; init; }

    /// <summary>The size of the XBZRLE cache in bytes, a power of two.</summary>
    public long? XbzrleCacheSize { get; init; }

    /// <summary>How far auto-converge throttles first, in percent.</summary>
    public int? CpuThrottleInitial { get; init; }

    /// <summary>By how much auto-converge throttles more, in percent.</summary>
    public int? CpuThrottleIncrement { get; init; }

    /// <summary>How far auto-converge throttles at most, in percent.</summary>
    public int? MaxCpuThrottle { get; init; }

    /// <summary>How many channels multifd opens.</summary>
    public int? MultifdChannels { get; init; }

    /// <summary>How long after its first announcement the target makes the second; whole milliseconds.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? AnnounceInitial { get; init; }

    /// <summary>The longest time between two announcements; whole milliseconds.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? AnnounceMax { get; init; }

    /// <summary>How often the target announces itself.</summary>
    public int? AnnounceRounds { get; init; }

    /// <summary>By how much the time between announcements grows; whole milliseconds.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? AnnounceStep { get; init; }

    /// <summary>From 0 (none) to 9 (small). Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public int? CompressLevel { get; init; }

    /// <summary>Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public int? CompressThreads { get; init; }

    /// <summary>Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public bool? CompressWaitThread { get; init; }

    /// <summary>Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public int? DecompressThreads { get; init; }

    /// <summary>Which share of the RAM sent, dirtied anew, makes auto-converge throttle; percent.</summary>
    public int? ThrottleTriggerThreshold { get; init; }

    /// <summary>Whether auto-converge throttles no further than it must at the end.</summary>
    public bool? CpuThrottleTailslow { get; init; }

    /// <summary>The id of the TLS credentials; empty is no TLS.</summary>
    public string? TlsCreds { get; init; }

    /// <summary>The name that the target's certificate must have; empty is that of the URI.</summary>
    public string? TlsHostname { get; init; }

    /// <summary>The id of what decides which clients may connect.</summary>
    public string? TlsAuthz { get; init; }

    /// <summary>The time between two COLO checkpoints; whole milliseconds. Unstable.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? XCheckpointDelay { get; init; }

    /// <summary>Whether disks within the stream go without their backing files. Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public bool? BlockIncremental { get; init; }

    /// <summary>Bytes a second of post-copy's background copy; 0 is no limit.</summary>
    public long? MaxPostcopyBandwidth { get; init; }

    public MultifdCompression? MultifdCompression { get; init; }

    /// <summary>From 0 (none) to 9 (small).</summary>
    public int? MultifdZlibLevel { get; init; }

    /// <summary>From 0 (none) to 20 (small).</summary>
    public int? MultifdZstdLevel { get; init; }

    /// <summary>Which dirty bitmaps go, and under which names; all where null.</summary>
    public IReadOnlyList<BitmapMigrationNode>? BlockBitmapMapping { get; init; }

    /// <summary>Bytes a second that QEMU expects for the switchover; 0 is its own guess. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public long? AvailSwitchoverBandwidth { get; init; }

    /// <summary>From 1 (fast) to 9 (small). Since QEMU 9.2.</summary>
    [QmpSince("9.2")]
    public int? MultifdQatzipLevel { get; init; }

    /// <summary>How often the dirty limit looks; whole milliseconds. Unstable. Since QEMU 8.1.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    [QmpSince("8.1")]
    public TimeSpan? XVcpuDirtyLimitPeriod { get; init; }

    /// <summary>Megabytes a second that a CPU may dirty under dirty-limit. Since QEMU 8.1.</summary>
    [QmpSince("8.1")]
    public long? VcpuDirtyLimit { get; init; }

    /// <summary>Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public MigrationMode? Mode { get; init; }

    /// <summary>Since QEMU 9.0.</summary>
    [QmpSince("9.0")]
    public ZeroPageDetection? ZeroPageDetection { get; init; }

    /// <summary>Whether a file is written past the page cache; mapped-ram only. Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public bool? DirectIo { get; init; }
}
