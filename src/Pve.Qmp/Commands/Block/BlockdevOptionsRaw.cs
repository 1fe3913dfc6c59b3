using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>Plain data within another node (driver <c>raw</c>).</summary>
/// <param name="File">What it is stored in: a node's name, or a node to be.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevAdd,
///     new BlockdevOptionsRaw("file0") { NodeName = "disk0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevOptionsRaw(BlockdevRef File) : BlockdevOptions
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Driver => "raw";

    /// <summary>Where it begins, in bytes.</summary>
    public long? Offset { get; init; }

    /// <summary>Bytes.</summary>
    public long? Size { get; init; }
}
