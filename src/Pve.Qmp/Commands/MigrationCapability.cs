using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A feature of migration that can be switched on (QAPI MigrationCapability).</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenNameConverter<MigrationCapability>))]
public readonly record struct MigrationCapability(string Value) : IOpenName<MigrationCapability>
{
    public static readonly MigrationCapability Xbzrle = new("xbzrle");

    public static readonly MigrationCapability AutoConverge = new("auto-converge");

    /// <summary>QEMU sends MIGRATION and MIGRATION_PASS events.</summary>
    public static readonly MigrationCapability Events = new("events");

    public static readonly MigrationCapability PostcopyRam = new("postcopy-ram");

    /// <summary>The source is completed only when the target has loaded.</summary>
    public static readonly MigrationCapability ReturnPath = new("return-path");

    public static readonly MigrationCapability PauseBeforeSwitchover = new("pause-before-switchover");

    public static readonly MigrationCapability Multifd = new("multifd");

    public static readonly MigrationCapability DirtyBitmaps = new("dirty-bitmaps");

    /// <summary>The target takes its disks at cont, not when it has loaded.</summary>
    public static readonly MigrationCapability LateBlockActivate = new("late-block-activate");

    public static readonly MigrationCapability PostcopyPreempt = new("postcopy-preempt");

    public static readonly MigrationCapability ZeroCopySend = new("zero-copy-send");

    public static readonly MigrationCapability XIgnoreShared = new("x-ignore-shared");

    public static readonly MigrationCapability ValidateUuid = new("validate-uuid");

    public static readonly MigrationCapability RdmaPinAll = new("rdma-pin-all");

    public static readonly MigrationCapability ReleaseRam = new("release-ram");

    public static readonly MigrationCapability BackgroundSnapshot = new("background-snapshot");

    public static readonly MigrationCapability XColo = new("x-colo");

    public static readonly MigrationCapability PostcopyBlocktime = new("postcopy-blocktime");

    /// <inheritdoc/>
    public static MigrationCapability FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
