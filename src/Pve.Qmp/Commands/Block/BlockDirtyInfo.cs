namespace Pve.Qmp.Commands;

/// <summary>A dirty bitmap of a node.</summary>
/// <example>
/// <code>
/// foreach (BlockDeviceInfo node in await qemu.ExecuteAsync(QmpCommands.QueryNamedBlockNodes,
///     new() { Flat = true },
///     cancellationToken: cancellationToken))
/// {
///     int bitmaps = node.DirtyBitmaps?.Count ?? 0;
/// }
/// </code>
/// </example>
public sealed record BlockDirtyInfo : QmpObject
{
    /// <summary>Its name; null where it has none.</summary>
    public string? Name { get; init; }

    /// <summary>Bytes that are dirty.</summary>
    public long Count { get; init; }

    /// <summary>Bytes for each bit.</summary>
    public long Granularity { get; init; }

    /// <summary>Whether writes are recorded.</summary>
    public bool Recording { get; init; }

    /// <summary>Whether a job or an export uses it.</summary>
    public bool Busy { get; init; }

    /// <summary>Whether it is kept in the image.</summary>
    public bool Persistent { get; init; }

    /// <summary>Whether it was not saved properly; it can only be removed.</summary>
    public bool? Inconsistent { get; init; }
}
