using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How a block node is offered to others (QAPI BlockExportType).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BlockExportType("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BlockExportType.Nbd;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BlockExportType>))]
public readonly record struct BlockExportType(string Value) : IOpenName<BlockExportType>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly BlockExportType Nbd = new("nbd");

    public static readonly BlockExportType VhostUserBlk = new("vhost-user-blk");

    public static readonly BlockExportType Fuse = new("fuse");

    public static readonly BlockExportType VduseBlk = new("vduse-blk");

    /// <inheritdoc/>
    public static BlockExportType FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
