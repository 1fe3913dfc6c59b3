using Pve.Migration;

namespace LiveMigration;

/// <summary>Where a guest can be migrated back and forth.</summary>
internal interface ILab : IAsyncDisposable
{
    /// <summary>What the guest runs on.</summary>
    string Description { get; }

    /// <summary>Migrates it once more.</summary>
    Task<(MigrationReport Report, RunResult Result)> MigrateAsync(
        MigrationControl control, IProgress<MigrationProgress> progress, CancellationToken cancellationToken);

    /// <summary>Starts a target as for a migration, and only looks at both sides.</summary>
    Task<RunResult> PreflightAsync(CancellationToken cancellationToken);
}
