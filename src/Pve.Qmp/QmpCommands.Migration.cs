using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>Migration: of RAM and device state, its capabilities, parameters and statistics.</content>
public static partial class QmpCommands
{
    /// <summary>
    /// <c>query-migrate</c>: how the migration is doing, on either side. It waits for QEMU's big lock, which a migration may hold for
    /// long.
    /// </summary>
    public static QmpCommand<QmpNothing, MigrationInfo> QueryMigrate
        => field ??= Query("query-migrate", MigrationJson.Default.MigrationInfo);

    /// <summary><c>query-migrate-capabilities</c>: which capabilities there are, and which are on.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<MigrationCapabilityStatus>> QueryMigrateCapabilities
        => field ??= Query("query-migrate-capabilities", MigrationJson.Default.IReadOnlyListMigrationCapabilityStatus);

    /// <summary><c>migrate-set-capabilities</c>: switches capabilities on or off; not while a migration is active.</summary>
    public static QmpCommand<MigrateSetCapabilities, QmpNothing> MigrateSetCapabilities
        => field ??= Command("migrate-set-capabilities", MigrationJson.Default.MigrateSetCapabilities);

    /// <summary><c>query-migrate-parameters</c>: the parameters.</summary>
    public static QmpCommand<QmpNothing, MigrationParameters> QueryMigrateParameters
        => field ??= Query("query-migrate-parameters", MigrationJson.Default.MigrationParameters);

    /// <summary><c>migrate-set-parameters</c>: changes parameters; most also while a migration is active.</summary>
    public static QmpCommand<MigrationParameters, QmpNothing> MigrateSetParameters
        => field ??= Command("migrate-set-parameters", MigrationJson.Default.MigrationParameters);

    /// <summary>
    /// <c>migrate</c>: begins to send. It succeeds before the channel is open; a refused address shows only in the status.
    /// </summary>
    public static QmpCommand<Migrate, QmpNothing> Migrate => field ??= Command("migrate", MigrationJson.Default.Migrate);

    /// <summary><c>migrate-incoming</c>: begins to listen, on a QEMU that was started with <c>-incoming defer</c>.</summary>
    public static QmpCommand<MigrateIncoming, QmpNothing> MigrateIncoming
        => field ??= Command("migrate-incoming", MigrationJson.Default.MigrateIncoming);

    /// <summary><c>migrate-continue</c>: goes on from pre-switchover.</summary>
    public static QmpCommand<MigrateContinue, QmpNothing> MigrateContinue
        => field ??= Command("migrate-continue", MigrationJson.Default.MigrateContinue);

    /// <summary><c>migrate_cancel</c>: gives the migration up. That the source runs again does not prove that the target is dead.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> MigrateCancel => field ??= Query("migrate_cancel", WireJson.Default.QmpNothing);

    /// <summary>
    /// <c>migrate-start-postcopy</c>: lets the target run before it has all RAM, where <c>postcopy-ram</c> is on. From here on each side
    /// alone is worthless.
    /// </summary>
    public static QmpCommand<QmpNothing, QmpNothing> MigrateStartPostcopy
        => field ??= Query("migrate-start-postcopy", WireJson.Default.QmpNothing);

    /// <summary><c>migrate-pause</c>: breaks the connection of a post-copy, which then waits to be recovered.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> MigratePause
        => field ??= Query("migrate-pause", WireJson.Default.QmpNothing) with { AllowOutOfBand = true };

    /// <summary><c>migrate-recover</c>: listens again, on the target of a paused post-copy.</summary>
    public static QmpCommand<MigrateRecover, QmpNothing> MigrateRecover
        => field ??= Command("migrate-recover", MigrationJson.Default.MigrateRecover) with { AllowOutOfBand = true };

    /// <summary><c>calc-dirty-rate</c>: begins to measure how fast the guest writes to its RAM.</summary>
    public static QmpCommand<CalcDirtyRate, QmpNothing> CalcDirtyRate
        => field ??= Command("calc-dirty-rate", MigrationJson.Default.CalcDirtyRate);

    /// <summary><c>query-dirty-rate</c>: what was measured.</summary>
    public static QmpCommand<QmpNothing, DirtyRateInfo> QueryDirtyRate
        => field ??= Query("query-dirty-rate", MigrationJson.Default.DirtyRateInfo);

    /// <summary><c>set-vcpu-dirty-limit</c>: limits how fast CPUs write to RAM; KVM with a dirty ring.</summary>
    public static QmpCommand<SetVcpuDirtyLimit, QmpNothing> SetVcpuDirtyLimit
        => field ??= Command("set-vcpu-dirty-limit", MigrationJson.Default.SetVcpuDirtyLimit);

    /// <summary><c>cancel-vcpu-dirty-limit</c>: lifts the limit.</summary>
    public static QmpCommand<CancelVcpuDirtyLimit, QmpNothing> CancelVcpuDirtyLimit
        => field ??= Command("cancel-vcpu-dirty-limit", MigrationJson.Default.CancelVcpuDirtyLimit);

    /// <summary><c>query-vcpu-dirty-limit</c>: the limits.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<DirtyLimitInfo>> QueryVcpuDirtyLimit
        => field ??= Query("query-vcpu-dirty-limit", MigrationJson.Default.IReadOnlyListDirtyLimitInfo);

    /// <summary><c>query-migrationthreads</c>: the migration's threads, to pin them. Since QEMU 8.0.</summary>
    [QmpSince("8.0")]
    public static QmpCommand<QmpNothing, IReadOnlyList<MigrationThreadInfo>> QueryMigrationThreads
        => field ??= Query("query-migrationthreads", MigrationJson.Default.IReadOnlyListMigrationThreadInfo);

    /// <summary><c>snapshot-save</c>: begins a job that saves RAM, devices and disks inside the images.</summary>
    public static QmpCommand<SnapshotSave, QmpNothing> SnapshotSave
        => field ??= Command("snapshot-save", MigrationJson.Default.SnapshotSave);

    /// <summary><c>snapshot-load</c>: begins a job that goes back to such a snapshot.</summary>
    public static QmpCommand<SnapshotSave, QmpNothing> SnapshotLoad
        => field ??= Command("snapshot-load", MigrationJson.Default.SnapshotSave);

    /// <summary><c>snapshot-delete</c>: begins a job that deletes one.</summary>
    public static QmpCommand<SnapshotDelete, QmpNothing> SnapshotDelete
        => field ??= Command("snapshot-delete", MigrationJson.Default.SnapshotDelete);
}
