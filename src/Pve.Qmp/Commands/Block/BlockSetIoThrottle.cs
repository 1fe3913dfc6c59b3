using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block_set_io_throttle</c>; what is null is lifted.</summary>
/// <param name="Bps">Bytes a second; 0 is no limit.</param>
/// <param name="BpsRd">Bytes read a second.</param>
/// <param name="BpsWr">Bytes written a second.</param>
/// <param name="Iops">Requests a second; 0 is no limit.</param>
/// <param name="IopsRd">Reads a second.</param>
/// <param name="IopsWr">Writes a second.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockSetIoThrottle,
///     new(Bps: 50_000_000, BpsRd: 0, BpsWr: 0, Iops: 0, IopsRd: 0, IopsWr: 0) { Id = "virtio0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockSetIoThrottle(
    long Bps,
    [property: JsonPropertyName("bps_rd")] long BpsRd,
    [property: JsonPropertyName("bps_wr")] long BpsWr,
    long Iops,
    [property: JsonPropertyName("iops_rd")] long IopsRd,
    [property: JsonPropertyName("iops_wr")] long IopsWr)
    : QmpObject
{
    /// <summary>The drive.</summary>
    public string? Device { get; init; }

    /// <summary>The device's id or QOM path, instead of a drive.</summary>
    public string? Id { get; init; }

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
}
