using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What a filter lets through (QAPI RxState).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new RxState("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == RxState.Normal;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<RxState>))]
public readonly record struct RxState(string Value) : IOpenName<RxState>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly RxState Normal = new("normal");

    public static readonly RxState None = new("none");

    public static readonly RxState All = new("all");

    /// <inheritdoc/>
    public static RxState FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
