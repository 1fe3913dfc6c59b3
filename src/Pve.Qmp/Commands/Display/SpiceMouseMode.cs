using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Who moves the pointer (QAPI SpiceQueryMouseMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new SpiceMouseMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == SpiceMouseMode.Client;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<SpiceMouseMode>))]
public readonly record struct SpiceMouseMode(string Value) : IOpenName<SpiceMouseMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly SpiceMouseMode Client = new("client");

    public static readonly SpiceMouseMode Server = new("server");

    public static readonly SpiceMouseMode Unknown = new("unknown");

    /// <inheritdoc/>
    public static SpiceMouseMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
