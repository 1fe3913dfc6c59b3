using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A block node of any other driver.</summary>
/// <param name="Driver">The name that QEMU knows it by; its other members go to <see cref="QmpObject.Others"/>.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevAdd,
///     new BlockdevOptionsOther("rbd")
///     { NodeName = "disk0", Others = new() { { "pool", "vms" }, { "image", "vm-100-disk-0" } } },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevOptionsOther(string Driver) : BlockdevOptions
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Driver { get; } = Driver;
}
