namespace Pve.Migration;

/// <summary>Something of the caller's that is done as a migration enters a phase; each call is a line in the ledger.</summary>
public interface IMigrationHook
{
    /// <summary>What the ledger and messages call it.</summary>
    string Name { get; }

    /// <summary>
    /// The phases that it is called at, of these:
    /// <see cref="MigrationPhase.Preparing"/>, after the checks and before anything is touched;
    /// <see cref="MigrationPhase.Copying"/>, before the RAM is copied;
    /// <see cref="MigrationPhase.SwitchingOver"/>, inside the pause, the guest still the source's;
    /// <see cref="MigrationPhase.Committing"/>, inside the pause, right before the target is told to resume;
    /// <see cref="MigrationPhase.CleaningUp"/>, once the guest runs on the target; the source's QEMU still lives then, and holds its disks until
    /// <see cref="LiveMigrator.MigrateAsync"/> returns: free them after that;
    /// <see cref="MigrationPhase.RollingBack"/>, if it was called before, as the undo of its first call: once the guest was given back where that
    /// came before the pause, else before the guest goes on. A recovery cannot always tell whether one inside the pause was called, and undoes it then.
    /// </summary>
    IReadOnlyCollection<MigrationPhase> Phases { get; }

    /// <summary>
    /// Does it. Up to <see cref="MigrationPhase.Committing"/> a failure undoes the migration, and inside the pause it has
    /// <see cref="LiveMigratorOptions.PausedStepTimeout"/>; later a failure is a warning, and it has <see cref="LiveMigratorOptions.RollbackTimeout"/>.
    /// </summary>
    Task EnterAsync(MigrationPhase phase, int vmId, CancellationToken cancellationToken);
}
