using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How far a CPU model is written out (QAPI CpuModelExpansionType).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new CpuModelExpansionType("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == CpuModelExpansionType.Static;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<CpuModelExpansionType>))]
public readonly record struct CpuModelExpansionType(string Value) : IOpenName<CpuModelExpansionType>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>To a static model and a few properties.</summary>
    public static readonly CpuModelExpansionType Static = new("static");

    /// <summary>To every property.</summary>
    public static readonly CpuModelExpansionType Full = new("full");

    /// <inheritdoc/>
    public static CpuModelExpansionType FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
