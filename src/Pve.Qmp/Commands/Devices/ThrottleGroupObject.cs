using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>Limits that several disks share (type <c>throttle-group</c>).</summary>
/// <param name="Id">The id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new ThrottleGroupObject("group0") { Limits = new() { BpsTotal = 50_000_000 } },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ThrottleGroupObject(string Id) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType => "throttle-group";

    /// <summary>The limits.</summary>
    public ThrottleLimits? Limits { get; init; }
}
