using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What QEMU does about a panic (QAPI GuestPanicAction).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new GuestPanicAction("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == GuestPanicAction.Pause;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<GuestPanicAction>))]
public readonly record struct GuestPanicAction(string Value) : IOpenName<GuestPanicAction>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly GuestPanicAction Pause = new("pause");

    public static readonly GuestPanicAction Poweroff = new("poweroff");

    public static readonly GuestPanicAction Run = new("run");

    /// <inheritdoc/>
    public static GuestPanicAction FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
