using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What a node or drive has done since QEMU began.</summary>
/// <example>
/// <code>
/// foreach (BlockStats disk in await qemu.ExecuteAsync(QmpCommands.QueryBlockStats,
///     new(),
///     cancellationToken: cancellationToken))
/// {
///     long written = disk.Stats.WrBytes;
/// }
/// </code>
/// </example>
public sealed record BlockDeviceStats : QmpObject
{
    /// <summary>Bytes read.</summary>
    [JsonPropertyName("rd_bytes")]
    public long RdBytes { get; init; }

    /// <summary>Bytes written.</summary>
    [JsonPropertyName("wr_bytes")]
    public long WrBytes { get; init; }

    /// <summary>Bytes discarded.</summary>
    [JsonPropertyName("unmap_bytes")]
    public long UnmapBytes { get; init; }

    [JsonPropertyName("rd_operations")]
    public long RdOperations { get; init; }

    [JsonPropertyName("wr_operations")]
    public long WrOperations { get; init; }

    [JsonPropertyName("flush_operations")]
    public long FlushOperations { get; init; }

    [JsonPropertyName("unmap_operations")]
    public long UnmapOperations { get; init; }

    /// <summary>How long reads took in all; nanoseconds on the wire.</summary>
    [JsonPropertyName("rd_total_time_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan RdTotalTime { get; init; }

    [JsonPropertyName("wr_total_time_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan WrTotalTime { get; init; }

    [JsonPropertyName("flush_total_time_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan FlushTotalTime { get; init; }

    [JsonPropertyName("unmap_total_time_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan UnmapTotalTime { get; init; }

    /// <summary>The end of what was ever written, in bytes.</summary>
    [JsonPropertyName("wr_highest_offset")]
    public long WrHighestOffset { get; init; }

    /// <summary>Reads that were merged into others.</summary>
    [JsonPropertyName("rd_merged")]
    public long RdMerged { get; init; }

    [JsonPropertyName("wr_merged")]
    public long WrMerged { get; init; }

    [JsonPropertyName("unmap_merged")]
    public long UnmapMerged { get; init; }

    /// <summary>Since the last request; nanoseconds on the wire.</summary>
    [JsonPropertyName("idle_time_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan? IdleTime { get; init; }

    [JsonPropertyName("failed_rd_operations")]
    public long FailedRdOperations { get; init; }

    [JsonPropertyName("failed_wr_operations")]
    public long FailedWrOperations { get; init; }

    [JsonPropertyName("failed_flush_operations")]
    public long FailedFlushOperations { get; init; }

    [JsonPropertyName("failed_unmap_operations")]
    public long FailedUnmapOperations { get; init; }

    [JsonPropertyName("invalid_rd_operations")]
    public long InvalidRdOperations { get; init; }

    [JsonPropertyName("invalid_wr_operations")]
    public long InvalidWrOperations { get; init; }

    [JsonPropertyName("invalid_flush_operations")]
    public long InvalidFlushOperations { get; init; }

    [JsonPropertyName("invalid_unmap_operations")]
    public long InvalidUnmapOperations { get; init; }

    /// <summary>Whether invalid requests count.</summary>
    [JsonPropertyName("account_invalid")]
    public bool AccountInvalid { get; init; }

    /// <summary>Whether failed ones count.</summary>
    [JsonPropertyName("account_failed")]
    public bool AccountFailed { get; init; }

    [JsonPropertyName("timed_stats")]
    public IReadOnlyList<BlockDeviceTimedStats> TimedStats { get; init => field = value ?? []; } = [];

    [JsonPropertyName("rd_latency_histogram")]
    public BlockLatencyHistogram? RdLatencyHistogram { get; init; }

    [JsonPropertyName("wr_latency_histogram")]
    public BlockLatencyHistogram? WrLatencyHistogram { get; init; }

    [JsonPropertyName("flush_latency_histogram")]
    public BlockLatencyHistogram? FlushLatencyHistogram { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("zone_append_bytes")]
    [QmpSince("8.1")]
    public long? ZoneAppendBytes { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("zone_append_operations")]
    [QmpSince("8.1")]
    public long? ZoneAppendOperations { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("zone_append_total_time_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    [QmpSince("8.1")]
    public TimeSpan? ZoneAppendTotalTime { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("zone_append_merged")]
    [QmpSince("8.1")]
    public long? ZoneAppendMerged { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("failed_zone_append_operations")]
    [QmpSince("8.1")]
    public long? FailedZoneAppendOperations { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("invalid_zone_append_operations")]
    [QmpSince("8.1")]
    public long? InvalidZoneAppendOperations { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("zone_append_latency_histogram")]
    [QmpSince("8.1")]
    public BlockLatencyHistogram? ZoneAppendLatencyHistogram { get; init; }
}
