using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What becomes of a guest's discards (QAPI BlockdevDiscardOptions).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BlockdevDiscard("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BlockdevDiscard.Ignore;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BlockdevDiscard>))]
public readonly record struct BlockdevDiscard(string Value) : IOpenName<BlockdevDiscard>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly BlockdevDiscard Ignore = new("ignore");

    public static readonly BlockdevDiscard Unmap = new("unmap");

    /// <inheritdoc/>
    public static BlockdevDiscard FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
