using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A block node within another's options: one that exists, by its name, or one to be (QAPI BlockdevRef).</summary>
/// <example>
/// <code>
/// BlockdevRef existing = "file0";
/// BlockdevRef toBe = new BlockdevOptionsFile("/images/100.qcow2") { NodeName = "file0" };
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

    /// <summary>The node's name; null for a node to be.</summary>
    public string? NodeName { get; }

    /// <summary>The node to be; null for one that exists.</summary>
    public BlockdevOptions? Options { get; }

    /// <summary>A node that exists.</summary>
    public static implicit operator BlockdevRef(string nodeName) => new(nodeName);

    /// <summary>A node to be.</summary>
    public static implicit operator BlockdevRef(BlockdevOptions options) => new(options);
}
