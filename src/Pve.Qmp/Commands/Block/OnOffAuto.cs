using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Yes, no, or as QEMU sees fit (QAPI OnOffAuto).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new OnOffAuto("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == OnOffAuto.Auto;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<OnOffAuto>))]
public readonly record struct OnOffAuto(string Value) : IOpenName<OnOffAuto>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly OnOffAuto Auto = new("auto");

    public static readonly OnOffAuto On = new("on");

    public static readonly OnOffAuto Off = new("off");

    /// <inheritdoc/>
    public static OnOffAuto FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
