namespace Pve.Qmp.Commands;

/// <summary>How XBZRLE, the compression of changed pages, is doing.</summary>
/// <example>
/// <code>
/// MigrationInfo migration = await qemu.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken);
/// double missed = migration.XbzrleCache?.CacheMissRate ?? 0;
/// </code>
/// </example>
public sealed record XbzrleCacheStats : QmpObject
{
    /// <summary>Bytes.</summary>
    public long CacheSize { get; init; }

    /// <summary>Bytes sent.</summary>
    public long Bytes { get; init; }

    /// <summary>Pages sent.</summary>
    public long Pages { get; init; }

    /// <summary>Pages that were not in the cache.</summary>
    public long CacheMiss { get; init; }

    /// <summary>Their share of late.</summary>
    public double CacheMissRate { get; init; }

    /// <summary>How many times smaller pages become.</summary>
    public double EncodingRate { get; init; }

    /// <summary>Pages that became larger, and were sent whole.</summary>
    public long Overflow { get; init; }
}
