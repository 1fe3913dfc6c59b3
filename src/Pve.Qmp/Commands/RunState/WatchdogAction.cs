using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What QEMU does when the guest's watchdog fires (QAPI WatchdogAction).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new WatchdogAction("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == WatchdogAction.Reset;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<WatchdogAction>))]
public readonly record struct WatchdogAction(string Value) : IOpenName<WatchdogAction>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly WatchdogAction Reset = new("reset");

    public static readonly WatchdogAction Shutdown = new("shutdown");

    public static readonly WatchdogAction Poweroff = new("poweroff");

    public static readonly WatchdogAction Pause = new("pause");

    public static readonly WatchdogAction Debug = new("debug");

    public static readonly WatchdogAction None = new("none");

    public static readonly WatchdogAction InjectNmi = new("inject-nmi");

    /// <inheritdoc/>
    public static WatchdogAction FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
