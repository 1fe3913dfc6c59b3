using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>QEMU's state machines (QEMU 7.2). Run state and migration status are independent of each other.</summary>
internal static class StateTables
{
    /// <summary>Why the vCPUs run, or do not.</summary>
    public static readonly StateTable<RunState> Run = new("run state",
        (RunState.Prelaunch, [RunState.Running, RunState.FinishMigrate]),
        (RunState.Running, [RunState.Paused, RunState.IoError, RunState.FinishMigrate]),
        (RunState.IoError, [RunState.Running, RunState.FinishMigrate]),
        (RunState.Paused, [RunState.Running, RunState.FinishMigrate]),

        // Back to running if it ran; a guest that did not run is postmigrate either way, even after failed and cancelled (measured).
        (RunState.FinishMigrate, [RunState.Running, RunState.PostMigrate]),
        (RunState.PostMigrate, [RunState.Running]),
        (RunState.InMigrate, [RunState.Running, RunState.Paused, RunState.Prelaunch, RunState.IoError]));

    /// <summary>The stream as its sender sees it.</summary>
    public static readonly StateTable<MigrationStatus> Outgoing = new("outgoing migration",
        (MigrationStatus.None, [MigrationStatus.Setup]),
        (MigrationStatus.Setup, [MigrationStatus.Active, MigrationStatus.Cancelling, MigrationStatus.Failed]),
        (MigrationStatus.Active,
            [MigrationStatus.PreSwitchover, MigrationStatus.Completed, MigrationStatus.PostcopyActive, MigrationStatus.Cancelling, MigrationStatus.Failed]),
        (MigrationStatus.PreSwitchover, [MigrationStatus.Device, MigrationStatus.Cancelling]),
        (MigrationStatus.Device, [MigrationStatus.Completed, MigrationStatus.Cancelling, MigrationStatus.Failed]),
        (MigrationStatus.PostcopyActive, [MigrationStatus.Completed, MigrationStatus.PostcopyPaused, MigrationStatus.Cancelling]),
        (MigrationStatus.PostcopyPaused, [MigrationStatus.PostcopyRecover, MigrationStatus.Cancelling]),
        (MigrationStatus.PostcopyRecover, [MigrationStatus.PostcopyActive, MigrationStatus.PostcopyPaused, MigrationStatus.Cancelling]),
        (MigrationStatus.Cancelling, [MigrationStatus.Cancelled]),
        (MigrationStatus.Completed, [MigrationStatus.Setup]),
        (MigrationStatus.Cancelled, [MigrationStatus.Setup]),
        (MigrationStatus.Failed, [MigrationStatus.Setup]));

    /// <summary>The stream as its receiver sees it.</summary>
    public static readonly StateTable<MigrationStatus> Incoming = new("incoming migration",
        (MigrationStatus.None, [MigrationStatus.Setup]),
        (MigrationStatus.Setup, [MigrationStatus.Setup, MigrationStatus.Active]),
        (MigrationStatus.Active, [MigrationStatus.PostcopyActive, MigrationStatus.Completed, MigrationStatus.Failed]),
        (MigrationStatus.PostcopyActive, [MigrationStatus.PostcopyPaused, MigrationStatus.Completed, MigrationStatus.Failed]),
        (MigrationStatus.PostcopyPaused, [MigrationStatus.PostcopyRecover]),
        (MigrationStatus.PostcopyRecover, [MigrationStatus.PostcopyActive, MigrationStatus.PostcopyPaused]));
}
