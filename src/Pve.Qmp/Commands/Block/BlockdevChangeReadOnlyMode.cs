using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Whether a medium is opened for writing (QAPI BlockdevChangeReadOnlyMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BlockdevChangeReadOnlyMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BlockdevChangeReadOnlyMode.Retain;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BlockdevChangeReadOnlyMode>))]
public readonly record struct BlockdevChangeReadOnlyMode(string Value) : IOpenName<BlockdevChangeReadOnlyMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly BlockdevChangeReadOnlyMode Retain = new("retain");

    public static readonly BlockdevChangeReadOnlyMode ReadOnly = new("read-only");

    public static readonly BlockdevChangeReadOnlyMode ReadWrite = new("read-write");

    /// <inheritdoc/>
    public static BlockdevChangeReadOnlyMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
