using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A block node.</summary>
/// <example>
/// <code>
/// foreach (BlockDeviceInfo node in await qemu.ExecuteAsync(QmpCommands.QueryNamedBlockNodes,
///     new() { Flat = true },
///     cancellationToken: cancellationToken))
/// {
///     string? name = node.NodeName;
/// }
/// </code>
/// </example>
public sealed record BlockDeviceInfo : QmpObject
{
    /// <summary>The file, or a <c>json:</c> or protocol name.</summary>
    public string File { get; init => field = value ?? ""; } = "";

    /// <summary>Its name.</summary>
    public string? NodeName { get; init; }

    /// <summary>Whether it is read-only.</summary>
    [JsonPropertyName("ro")]
    public bool ReadOnly { get; init; }

    /// <summary>Its driver, such as <c>raw</c>.</summary>
    [JsonPropertyName("drv")]
    public string Driver { get; init => field = value ?? ""; } = "";

    /// <summary>What the image is based on.</summary>
    [JsonPropertyName("backing_file")]
    public string? BackingFile { get; init; }

    /// <summary>How many images it is based on.</summary>
    [JsonPropertyName("backing_file_depth")]
    public long BackingFileDepth { get; init; }

    public bool Encrypted { get; init; }

    [JsonPropertyName("detect_zeroes")]
    public BlockdevDetectZeroes DetectZeroes { get; init; }

    /// <summary>Bytes a second; 0 is no limit.</summary>
    public long Bps { get; init; }

    /// <summary>Bytes read a second.</summary>
    [JsonPropertyName("bps_rd")]
    public long BpsRd { get; init; }

    /// <summary>Bytes written a second.</summary>
    [JsonPropertyName("bps_wr")]
    public long BpsWr { get; init; }

    /// <summary>Requests a second; 0 is no limit.</summary>
    public long Iops { get; init; }

    /// <summary>Reads a second.</summary>
    [JsonPropertyName("iops_rd")]
    public long IopsRd { get; init; }

    /// <summary>Writes a second.</summary>
    [JsonPropertyName("iops_wr")]
    public long IopsWr { get; init; }

    /// <summary>The image.</summary>
    public ImageInfo Image { get; init => field = value ?? new(); } = new();

    /// <summary>Bytes a second in a burst.</summary>
    [JsonPropertyName("bps_max")]
    public long? BpsMax { get; init; }

    [JsonPropertyName("bps_rd_max")]
    public long? BpsRdMax { get; init; }

    [JsonPropertyName("bps_wr_max")]
    public long? BpsWrMax { get; init; }

    /// <summary>Requests a second in a burst.</summary>
    [JsonPropertyName("iops_max")]
    public long? IopsMax { get; init; }

    [JsonPropertyName("iops_rd_max")]
    public long? IopsRdMax { get; init; }

    [JsonPropertyName("iops_wr_max")]
    public long? IopsWrMax { get; init; }

    /// <summary>How long a burst may last; whole seconds.</summary>
    [JsonPropertyName("bps_max_length")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? BpsMaxLength { get; init; }

    [JsonPropertyName("bps_rd_max_length")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? BpsRdMaxLength { get; init; }

    [JsonPropertyName("bps_wr_max_length")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? BpsWrMaxLength { get; init; }

    [JsonPropertyName("iops_max_length")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? IopsMaxLength { get; init; }

    [JsonPropertyName("iops_rd_max_length")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? IopsRdMaxLength { get; init; }

    [JsonPropertyName("iops_wr_max_length")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? IopsWrMaxLength { get; init; }

    /// <summary>Bytes that count as one request.</summary>
    [JsonPropertyName("iops_size")]
    public long? IopsSize { get; init; }

    /// <summary>What shares the limits.</summary>
    public string? Group { get; init; }

    public BlockdevCacheInfo Cache { get; init => field = value ?? new(); } = new();

    /// <summary>The offset that raises <c>BLOCK_WRITE_THRESHOLD</c>, in bytes; 0 is none.</summary>
    [JsonPropertyName("write_threshold")]
    public long WriteThreshold { get; init; }

    public IReadOnlyList<BlockDirtyInfo>? DirtyBitmaps { get; init; }

    /// <summary>Whether this QEMU owns the image, rather than the other side of a migration. Since QEMU 10.0.</summary>
    [QmpSince("10.0")]
    public bool? Active { get; init; }
}
