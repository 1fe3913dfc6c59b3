using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What becomes of an export's clients (QAPI BlockExportRemoveMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new BlockExportRemoveMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == BlockExportRemoveMode.Safe;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<BlockExportRemoveMode>))]
public readonly record struct BlockExportRemoveMode(string Value) : IOpenName<BlockExportRemoveMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>Refuses while there is a client.</summary>
    public static readonly BlockExportRemoveMode Safe = new("safe");

    /// <summary>Drops them.</summary>
    public static readonly BlockExportRemoveMode Hard = new("hard");

    /// <inheritdoc/>
    public static BlockExportRemoveMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
