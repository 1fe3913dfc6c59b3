using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Limits of a throttle group; null is none.</summary>
/// <example><code>var limits = new ThrottleLimits { BpsTotal = 50_000_000 };</code></example>
public sealed record ThrottleLimits : QmpObject
{
    /// <summary>Requests a second.</summary>
    public long? IopsTotal { get; init; }

    /// <summary>Requests a second in a burst.</summary>
    public long? IopsTotalMax { get; init; }

    /// <summary>How long a burst may last; whole seconds.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? IopsTotalMaxLength { get; init; }

    public long? IopsRead { get; init; }

    public long? IopsReadMax { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? IopsReadMaxLength { get; init; }

    public long? IopsWrite { get; init; }

    public long? IopsWriteMax { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? IopsWriteMaxLength { get; init; }

    /// <summary>Bytes a second.</summary>
    public long? BpsTotal { get; init; }

    public long? BpsTotalMax { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? BpsTotalMaxLength { get; init; }

    public long? BpsRead { get; init; }

    public long? BpsReadMax { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? BpsReadMaxLength { get; init; }

    public long? BpsWrite { get; init; }

    public long? BpsWriteMax { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? BpsWriteMaxLength { get; init; }

    /// <summary>Bytes that count as one request.</summary>
    public long? IopsSize { get; init; }
}
