namespace Pve.Qmp.Commands;

/// <summary>What VFIO devices have sent.</summary>
/// <example>
/// <code>
/// MigrationInfo migration = await qemu.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken);
/// long bytes = migration.Vfio?.Transferred ?? 0;
/// </code>
/// </example>
public sealed record VfioStats : QmpObject
{
    /// <summary>Bytes sent so far.</summary>
    public long Transferred { get; init; }
}
