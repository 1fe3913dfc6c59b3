using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What QEMU did about broken memory (QAPI MemoryFailureAction).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new MemoryFailureAction("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == MemoryFailureAction.Ignore;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<MemoryFailureAction>))]
public readonly record struct MemoryFailureAction(string Value) : IOpenName<MemoryFailureAction>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly MemoryFailureAction Ignore = new("ignore");

    public static readonly MemoryFailureAction Inject = new("inject");

    public static readonly MemoryFailureAction Fatal = new("fatal");

    public static readonly MemoryFailureAction Reset = new("reset");

    /// <inheritdoc/>
    public static MemoryFailureAction FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
