using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What QEMU does when the guest shuts down (QAPI ShutdownAction).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new ShutdownAction("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == ShutdownAction.Poweroff;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<ShutdownAction>))]
public readonly record struct ShutdownAction(string Value) : IOpenName<ShutdownAction>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly ShutdownAction Poweroff = new("poweroff");

    public static readonly ShutdownAction Pause = new("pause");

    /// <inheritdoc/>
    public static ShutdownAction FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
