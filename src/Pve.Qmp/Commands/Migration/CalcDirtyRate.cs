using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>calc-dirty-rate</c>.</summary>
/// <param name="CalcTime">How long to measure; whole seconds, 1 to 60.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.CalcDirtyRate,
///     new(System.TimeSpan.FromSeconds(1)),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record CalcDirtyRate([property: JsonConverter(typeof(SecondsConverter))] TimeSpan CalcTime) : QmpObject
{
    /// <summary>How many pages of each GiB are looked at.</summary>
    public int? SamplePages { get; init; }

    public DirtyRateMeasureMode? Mode { get; init; }
}
