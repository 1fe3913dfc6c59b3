using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Latencies and queues over an interval.</summary>
/// <example>
/// <code>
/// foreach (BlockStats disk in await qemu.ExecuteAsync(QmpCommands.QueryBlockStats,
///     new(),
///     cancellationToken: cancellationToken))
/// {
///     int intervals = disk.Stats.TimedStats.Count;
/// }
/// </code>
/// </example>
public sealed record BlockDeviceTimedStats : QmpObject
{
    /// <summary>How long; seconds on the wire.</summary>
    [JsonPropertyName("interval_length")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan IntervalLength { get; init; }

    /// <summary>Nanoseconds on the wire, as all latencies.</summary>
    [JsonPropertyName("min_rd_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan MinRdLatency { get; init; }

    [JsonPropertyName("max_rd_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan MaxRdLatency { get; init; }

    [JsonPropertyName("avg_rd_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan AvgRdLatency { get; init; }

    [JsonPropertyName("min_wr_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan MinWrLatency { get; init; }

    [JsonPropertyName("max_wr_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan MaxWrLatency { get; init; }

    [JsonPropertyName("avg_wr_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan AvgWrLatency { get; init; }

    [JsonPropertyName("min_flush_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan MinFlushLatency { get; init; }

    [JsonPropertyName("max_flush_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan MaxFlushLatency { get; init; }

    [JsonPropertyName("avg_flush_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan AvgFlushLatency { get; init; }

    /// <summary>Reads in flight.</summary>
    [JsonPropertyName("avg_rd_queue_depth")]
    public double AvgRdQueueDepth { get; init; }

    [JsonPropertyName("avg_wr_queue_depth")]
    public double AvgWrQueueDepth { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("min_zone_append_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    [QmpSince("8.1")]
    public TimeSpan? MinZoneAppendLatency { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("max_zone_append_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    [QmpSince("8.1")]
    public TimeSpan? MaxZoneAppendLatency { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("avg_zone_append_latency_ns")]
    [JsonConverter(typeof(NanosecondsConverter))]
    [QmpSince("8.1")]
    public TimeSpan? AvgZoneAppendLatency { get; init; }

    /// <summary>Since QEMU 8.1.</summary>
    [JsonPropertyName("avg_zone_append_queue_depth")]
    [QmpSince("8.1")]
    public double? AvgZoneAppendQueueDepth { get; init; }
}
