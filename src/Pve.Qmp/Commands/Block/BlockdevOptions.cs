using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A block node to be: the arguments of <c>blockdev-add</c>, and a member of those of <c>blockdev-reopen</c>.</summary>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevAdd,
///     new BlockdevOptionsFile("/images/100.raw") { NodeName = "file0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
[JsonDerivedType(typeof(BlockdevOptionsFile))]
[JsonDerivedType(typeof(BlockdevOptionsHostDevice))]
[JsonDerivedType(typeof(BlockdevOptionsRaw))]
[JsonDerivedType(typeof(BlockdevOptionsQcow2))]
[JsonDerivedType(typeof(BlockdevOptionsNbd))]
[JsonDerivedType(typeof(BlockdevOptionsNullCo))]
[JsonDerivedType(typeof(BlockdevOptionsThrottle))]
[JsonDerivedType(typeof(BlockdevOptionsOther))]
public abstract record BlockdevOptions : QmpObject
{
    /// <summary>The driver, such as <c>qcow2</c>.</summary>
    public abstract string Driver { get; }

    /// <summary>Its name.</summary>
    public string? NodeName { get; init; }

    public BlockdevDiscard? Discard { get; init; }

    public BlockdevCacheOptions? Cache { get; init; }

    public bool? ReadOnly { get; init; }

    /// <summary>Whether it may fall back to read-only.</summary>
    public bool? AutoReadOnly { get; init; }

    /// <summary>Whether it is opened although another has it; read-only.</summary>
    public bool? ForceShare { get; init; }

    public BlockdevDetectZeroes? DetectZeroes { get; init; }

    /// <summary>Whether this QEMU owns the image at once; false on a migration's target that takes it later. Since QEMU 10.0.</summary>
    [QmpSince("10.0")]
    public bool? Active { get; init; }
}
