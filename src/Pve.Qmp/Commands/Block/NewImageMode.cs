using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Whether QEMU makes the target (QAPI NewImageMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new NewImageMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == NewImageMode.Existing;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<NewImageMode>))]
public readonly record struct NewImageMode(string Value) : IOpenName<NewImageMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly NewImageMode Existing = new("existing");

    public static readonly NewImageMode AbsolutePaths = new("absolute-paths");

    /// <inheritdoc/>
    public static NewImageMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
