using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Whether the guest runs, and why not (QAPI RunState).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new RunState("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == RunState.Debug;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<RunState>))]
public readonly record struct RunState(string Value) : IOpenName<RunState>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly RunState Debug = new("debug");

    /// <summary>Waits for, or loads, an incoming migration.</summary>
    public static readonly RunState InMigrate = new("inmigrate");

    public static readonly RunState InternalError = new("internal-error");

    public static readonly RunState IoError = new("io-error");

    public static readonly RunState Paused = new("paused");

    /// <summary>Paused on the source after a migration completed.</summary>
    public static readonly RunState PostMigrate = new("postmigrate");

    public static readonly RunState Prelaunch = new("prelaunch");

    /// <summary>Paused by QEMU for the last part of a migration.</summary>
    public static readonly RunState FinishMigrate = new("finish-migrate");

    public static readonly RunState RestoreVm = new("restore-vm");

    public static readonly RunState Running = new("running");

    public static readonly RunState SaveVm = new("save-vm");

    public static readonly RunState Shutdown = new("shutdown");

    public static readonly RunState Suspended = new("suspended");

    public static readonly RunState Watchdog = new("watchdog");

    public static readonly RunState GuestPanicked = new("guest-panicked");

    public static readonly RunState Colo = new("colo");

    /// <inheritdoc/>
    public static RunState FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
