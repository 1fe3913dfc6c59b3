using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What QEMU does when the guest panics (QAPI PanicAction).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new PanicAction("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == PanicAction.Pause;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<PanicAction>))]
public readonly record struct PanicAction(string Value) : IOpenName<PanicAction>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly PanicAction Pause = new("pause");

    public static readonly PanicAction Shutdown = new("shutdown");

    public static readonly PanicAction ExitFailure = new("exit-failure");

    public static readonly PanicAction None = new("none");

    /// <inheritdoc/>
    public static PanicAction FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
