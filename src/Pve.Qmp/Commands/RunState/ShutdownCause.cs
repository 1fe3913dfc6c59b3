using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Why the guest shut down or was reset (QAPI ShutdownCause).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new ShutdownCause("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == ShutdownCause.None;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<ShutdownCause>))]
public readonly record struct ShutdownCause(string Value) : IOpenName<ShutdownCause>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly ShutdownCause None = new("none");

    public static readonly ShutdownCause HostError = new("host-error");

    public static readonly ShutdownCause HostQmpQuit = new("host-qmp-quit");

    public static readonly ShutdownCause HostQmpSystemReset = new("host-qmp-system-reset");

    public static readonly ShutdownCause HostSignal = new("host-signal");

    public static readonly ShutdownCause HostUi = new("host-ui");

    public static readonly ShutdownCause GuestShutdown = new("guest-shutdown");

    public static readonly ShutdownCause GuestReset = new("guest-reset");

    public static readonly ShutdownCause GuestPanic = new("guest-panic");

    public static readonly ShutdownCause SubsystemReset = new("subsystem-reset");

    public static readonly ShutdownCause SnapshotLoad = new("snapshot-load");

    /// <inheritdoc/>
    public static ShutdownCause FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
