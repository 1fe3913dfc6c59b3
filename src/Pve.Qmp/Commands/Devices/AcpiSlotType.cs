using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What a hot-plug slot is for (QAPI ACPISlotType).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new AcpiSlotType("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == AcpiSlotType.Dimm;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<AcpiSlotType>))]
public readonly record struct AcpiSlotType(string Value) : IOpenName<AcpiSlotType>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly AcpiSlotType Dimm = new("DIMM");

    public static readonly AcpiSlotType Cpu = new("CPU");

    /// <inheritdoc/>
    public static AcpiSlotType FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
