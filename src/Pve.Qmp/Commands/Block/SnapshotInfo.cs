using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A snapshot inside an image.</summary>
/// <example>
/// <code>
/// foreach (BlockInfo disk in await qemu.ExecuteAsync(QmpCommands.QueryBlock, cancellationToken: cancellationToken))
/// {
///     int? snapshots = disk.Inserted?.Image.Snapshots?.Count;
/// }
/// </code>
/// </example>
public sealed record SnapshotInfo : QmpObject
{
    public string Id { get; init => field = value ?? ""; } = "";

    public string Name { get; init => field = value ?? ""; } = "";

    /// <summary>Bytes of RAM and devices; 0 where only the disk was saved.</summary>
    public long VmStateSize { get; init; }

    /// <summary>When, since 1970; seconds on the wire.</summary>
    [JsonPropertyName("date-sec")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Date { get; init; }

    /// <summary>The fraction of it; nanoseconds on the wire.</summary>
    [JsonPropertyName("date-nsec")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan DateFraction { get; init; }

    /// <summary>How long the guest had run; seconds on the wire.</summary>
    [JsonPropertyName("vm-clock-sec")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan VmClock { get; init; }

    /// <summary>The fraction of it; nanoseconds on the wire.</summary>
    [JsonPropertyName("vm-clock-nsec")]
    [JsonConverter(typeof(NanosecondsConverter))]
    public TimeSpan VmClockFraction { get; init; }

    public long? Icount { get; init; }
}
