using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How much an s390x CPU is entitled to (QAPI S390CpuEntitlement).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new S390CpuEntitlement("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == S390CpuEntitlement.Auto;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<S390CpuEntitlement>))]
public readonly record struct S390CpuEntitlement(string Value) : IOpenName<S390CpuEntitlement>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public static readonly S390CpuEntitlement Auto = new("auto");

    /// <summary>Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public static readonly S390CpuEntitlement Low = new("low");

    /// <summary>Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public static readonly S390CpuEntitlement Medium = new("medium");

    /// <summary>Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public static readonly S390CpuEntitlement High = new("high");

    /// <inheritdoc/>
    public static S390CpuEntitlement FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
