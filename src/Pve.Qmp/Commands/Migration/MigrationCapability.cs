using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A feature of migration that can be switched on (QAPI MigrationCapability).</summary>
/// <param name="Value">The name on the wire.</param>
/// <example>
/// <code>
/// var value = new MigrationCapability("name-of-tomorrow"); // a name that nobody knew is data
/// bool known = value == MigrationCapability.Xbzrle;
/// </code>
/// </example>
[JsonConverter(typeof(OpenNameConverter<MigrationCapability>))]
public readonly record struct MigrationCapability(string Value) : IOpenName<MigrationCapability>
{
    /// <summary>The name on the wire; empty where QEMU did not send it.</summary>
    public string Value { get => field ?? ""; init; } = Value;

    public static readonly MigrationCapability Xbzrle = new("xbzrle");

    public static readonly MigrationCapability RdmaPinAll = new("rdma-pin-all");

    public static readonly MigrationCapability AutoConverge = new("auto-converge");

    /// <summary>For the removed block migration.</summary>
    public static readonly MigrationCapability ZeroBlocks = new("zero-blocks");

    /// <summary>Compresses with threads of its own. Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public static readonly MigrationCapability Compress = new("compress");

    /// <summary>QEMU sends MIGRATION and MIGRATION_PASS events.</summary>
    public static readonly MigrationCapability Events = new("events");

    public static readonly MigrationCapability PostcopyRam = new("postcopy-ram");

    public static readonly MigrationCapability XColo = new("x-colo");

    public static readonly MigrationCapability ReleaseRam = new("release-ram");

    /// <summary>Migrates disks within the stream. Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public static readonly MigrationCapability Block = new("block");

    /// <summary>The source is completed only when the target has loaded.</summary>
    public static readonly MigrationCapability ReturnPath = new("return-path");

    public static readonly MigrationCapability PauseBeforeSwitchover = new("pause-before-switchover");

    public static readonly MigrationCapability Multifd = new("multifd");

    public static readonly MigrationCapability DirtyBitmaps = new("dirty-bitmaps");

    public static readonly MigrationCapability PostcopyBlocktime = new("postcopy-blocktime");

    /// <summary>The target takes its disks at cont, not when it has loaded.</summary>
    public static readonly MigrationCapability LateBlockActivate = new("late-block-activate");

    public static readonly MigrationCapability XIgnoreShared = new("x-ignore-shared");

    public static readonly MigrationCapability ValidateUuid = new("validate-uuid");

    /// <summary>The state at the beginning is saved while the guest runs on.</summary>
    public static readonly MigrationCapability BackgroundSnapshot = new("background-snapshot");

    public static readonly MigrationCapability ZeroCopySend = new("zero-copy-send");

    public static readonly MigrationCapability PostcopyPreempt = new("postcopy-preempt");

    /// <summary>The source pauses only when the target's devices agree; needs return-path. Since QEMU 8.1.</summary>
    [QmpSince("8.1")]
    public static readonly MigrationCapability SwitchoverAck = new("switchover-ack");

    /// <summary>Slows down the CPUs that write most, instead of all as auto-converge does; KVM with a dirty ring. Since QEMU 8.1.</summary>
    [QmpSince("8.1")]
    public static readonly MigrationCapability DirtyLimit = new("dirty-limit");

    /// <summary>Each page has a fixed place in the file that is migrated to. Since QEMU 9.0.</summary>
    [QmpSince("9.0")]
    public static readonly MigrationCapability MappedRam = new("mapped-ram");

    /// <inheritdoc/>
    public static MigrationCapability FromWire(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value;
}
