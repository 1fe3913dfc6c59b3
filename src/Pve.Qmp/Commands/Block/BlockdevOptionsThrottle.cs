using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A limit above another node (driver <c>throttle</c>).</summary>
/// <param name="ThrottleGroup">The object that has the limits.</param>
/// <param name="File">The node that is limited: its name, or a node to be.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevAdd,
///     new BlockdevOptionsThrottle("group0", "disk0") { NodeName = "slow0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevOptionsThrottle(string ThrottleGroup, BlockdevRef File) : BlockdevOptions
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Driver => "throttle";
}
