using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>How the migration stream is doing (QAPI MigrationStatus).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new MigrationStatus("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == MigrationStatus.None;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<MigrationStatus>))]
public readonly record struct MigrationStatus(string Value) : IOpenName<MigrationStatus>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly MigrationStatus None = new("none");

    public static readonly MigrationStatus Setup = new("setup");

    public static readonly MigrationStatus Cancelling = new("cancelling");

    public static readonly MigrationStatus Cancelled = new("cancelled");

    public static readonly MigrationStatus Active = new("active");

    public static readonly MigrationStatus PostcopyActive = new("postcopy-active");

    /// <summary>The connection broke; both sides wait for migrate-recover and a resumed migrate.</summary>
    public static readonly MigrationStatus PostcopyPaused = new("postcopy-paused");

    public static readonly MigrationStatus PostcopyRecover = new("postcopy-recover");

    public static readonly MigrationStatus Completed = new("completed");

    public static readonly MigrationStatus Failed = new("failed");

    public static readonly MigrationStatus Colo = new("colo");

    /// <summary>The guest is paused on the source and waits for migrate-continue.</summary>
    public static readonly MigrationStatus PreSwitchover = new("pre-switchover");

    /// <summary>Device state flows; the target may become complete.</summary>
    public static readonly MigrationStatus Device = new("device");

    public static readonly MigrationStatus WaitUnplug = new("wait-unplug");

    /// <summary>Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static readonly MigrationStatus PostcopyRecoverSetup = new("postcopy-recover-setup");

    /// <inheritdoc/>
    public static MigrationStatus FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
