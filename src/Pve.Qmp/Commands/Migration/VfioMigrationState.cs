using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How a VFIO device's own migration is doing (QAPI QapiVfioMigrationState).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new VfioMigrationState("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == VfioMigrationState.Stop;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<VfioMigrationState>))]
public readonly record struct VfioMigrationState(string Value) : IOpenName<VfioMigrationState>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    /// <summary>Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static readonly VfioMigrationState Stop = new("stop");

    /// <summary>Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static readonly VfioMigrationState Running = new("running");

    /// <summary>Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static readonly VfioMigrationState StopCopy = new("stop-copy");

    /// <summary>Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static readonly VfioMigrationState Resuming = new("resuming");

    /// <summary>Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static readonly VfioMigrationState RunningP2p = new("running-p2p");

    /// <summary>Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static readonly VfioMigrationState PreCopy = new("pre-copy");

    /// <summary>Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static readonly VfioMigrationState PreCopyP2p = new("pre-copy-p2p");

    /// <inheritdoc/>
    public static VfioMigrationState FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
