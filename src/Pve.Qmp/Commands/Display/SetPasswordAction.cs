using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What becomes of clients when the password changes (QAPI SetPasswordAction).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new SetPasswordAction("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == SetPasswordAction.Keep;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<SetPasswordAction>))]
public readonly record struct SetPasswordAction(string Value) : IOpenName<SetPasswordAction>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly SetPasswordAction Keep = new("keep");

    public static readonly SetPasswordAction Fail = new("fail");

    public static readonly SetPasswordAction Disconnect = new("disconnect");

    /// <inheritdoc/>
    public static SetPasswordAction FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
