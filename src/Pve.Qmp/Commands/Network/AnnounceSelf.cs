using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>announce-self</c>.</summary>
/// <param name="Initial">How long until the second one; whole milliseconds.</param>
/// <param name="Max">The longest time between two; whole milliseconds.</param>
/// <param name="Rounds">How many.</param>
/// <param name="Step">By how much the time grows; whole milliseconds.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.AnnounceSelf,
///     new(System.TimeSpan.FromMilliseconds(50), System.TimeSpan.FromMilliseconds(550), 5, System.TimeSpan.FromMilliseconds(100)),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record AnnounceSelf(
    [property: JsonConverter(typeof(MillisecondsConverter))] TimeSpan Initial,
    [property: JsonConverter(typeof(MillisecondsConverter))] TimeSpan Max,
    int Rounds,
    [property: JsonConverter(typeof(MillisecondsConverter))] TimeSpan Step)
    : QmpObject
{
    /// <summary>The network devices; all where null.</summary>
    public IReadOnlyList<string>? Interfaces { get; init; }

    /// <summary>A name, to change or end it with.</summary>
    public string? Id { get; init; }
}
