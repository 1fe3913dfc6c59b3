namespace Pve.Qmp.Commands;

/// <summary>How the compression of pages is doing, which QEMU 9.1 removed.</summary>
/// <example>
/// <code>
/// MigrationInfo migration = await qemu.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken);
/// double rate = migration.Compression?.CompressionRate ?? 0;
/// </code>
/// </example>
public sealed record CompressionStats : QmpObject
{
    /// <summary>Pages sent.</summary>
    public long Pages { get; init; }

    /// <summary>How often no thread was free.</summary>
    public long Busy { get; init; }

    public double BusyRate { get; init; }

    /// <summary>Bytes sent.</summary>
    public long CompressedSize { get; init; }

    public double CompressionRate { get; init; }
}
