using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What becomes of a transaction's jobs when one fails (QAPI ActionCompletionMode).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new ActionCompletionMode("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == ActionCompletionMode.Individual;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<ActionCompletionMode>))]
public readonly record struct ActionCompletionMode(string Value) : IOpenName<ActionCompletionMode>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>Nothing.</summary>
    public static readonly ActionCompletionMode Individual = new("individual");

    /// <summary>All are cancelled, and complete only together.</summary>
    public static readonly ActionCompletionMode Grouped = new("grouped");

    /// <inheritdoc/>
    public static ActionCompletionMode FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
