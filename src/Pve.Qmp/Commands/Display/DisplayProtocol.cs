using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A remote display (QAPI DisplayProtocol).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new DisplayProtocol("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == DisplayProtocol.Vnc;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<DisplayProtocol>))]
public readonly record struct DisplayProtocol(string Value) : IOpenName<DisplayProtocol>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly DisplayProtocol Vnc = new("vnc");

    public static readonly DisplayProtocol Spice = new("spice");

    /// <inheritdoc/>
    public static DisplayProtocol FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
