using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A block node within another's options: one that exists, by its name, one to be, or none (QAPI BlockdevRefOrNull).</summary>
/// <example>
/// <code>
/// BlockdevRef existing = "file0";
/// BlockdevRef toBe = new BlockdevOptionsFile("/images/100.qcow2") { NodeName = "file0" };
/// var alone = new BlockdevOptionsQcow2(existing) { Backing = BlockdevRef.None };
/// </code>
/// </example>
[JsonConverter(typeof(BlockdevRefConverter))]
public sealed record BlockdevRef
{
    /// <summary>A node that exists.</summary>
    public BlockdevRef(string nodeName)
    {
        ArgumentNullException.ThrowIfNull(nodeName);
        NodeName = nodeName;
    }

    /// <summary>A node to be.</summary>
    public BlockdevRef(BlockdevOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
    }

    private BlockdevRef()
    {
    }

    /// <summary>No node, whatever the image says: opens it without what it is based on. Only for <see cref="BlockdevOptionsQcow2.Backing"/>.</summary>
    public static BlockdevRef None { get; } = new();

    /// <summary>The node's name; null for a node to be, and for none.</summary>
    public string? NodeName { get; }

    /// <summary>The node to be; null for one that exists, and for none.</summary>
    public BlockdevOptions? Options { get; }

    /// <summary>A node that exists.</summary>
    public static implicit operator BlockdevRef(string nodeName) => new(nodeName);

    /// <summary>A node to be.</summary>
    public static implicit operator BlockdevRef(BlockdevOptions options) => new(options);
}
