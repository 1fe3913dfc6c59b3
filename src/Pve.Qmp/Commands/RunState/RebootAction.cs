using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What QEMU does when the guest reboots (QAPI RebootAction).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new RebootAction("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == RebootAction.Reset;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<RebootAction>))]
public readonly record struct RebootAction(string Value) : IOpenName<RebootAction>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly RebootAction Reset = new("reset");

    public static readonly RebootAction Shutdown = new("shutdown");

    /// <inheritdoc/>
    public static RebootAction FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
