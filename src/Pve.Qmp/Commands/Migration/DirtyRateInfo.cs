using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-dirty-rate</c>.</summary>
/// <example>
/// <code>
/// DirtyRateInfo rate = await qemu.ExecuteAsync(QmpCommands.QueryDirtyRate, cancellationToken: cancellationToken);
/// long? megabytesEachSecond = rate.DirtyRate;
/// </code>
/// </example>
public sealed record DirtyRateInfo : QmpObject
{
    /// <summary>Megabytes a second; null while it is not measured.</summary>
    public long? DirtyRate { get; init; }

    public DirtyRateStatus Status { get; init; }

    /// <summary>When it began, by the clock of QEMU's host; seconds on the wire.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan StartTime { get; init; }

    /// <summary>How long it measured; seconds on the wire.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan CalcTime { get; init; }

    /// <summary>How many pages of each GiB are looked at.</summary>
    public long SamplePages { get; init; }

    public DirtyRateMeasureMode Mode { get; init; }

    public IReadOnlyList<DirtyRateVcpu>? VcpuDirtyRate { get; init; }
}
