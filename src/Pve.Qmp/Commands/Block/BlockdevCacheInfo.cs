namespace Pve.Qmp.Commands;

/// <summary>How a node is cached.</summary>
/// <example>
/// <code>
/// foreach (BlockDeviceInfo node in await qemu.ExecuteAsync(QmpCommands.QueryNamedBlockNodes,
///     new() { Flat = true },
///     cancellationToken: cancellationToken))
/// {
///     bool direct = node.Cache.Direct;
/// }
/// </code>
/// </example>
public sealed record BlockdevCacheInfo : QmpObject
{
    /// <summary>Whether a write is done before it is on the disk.</summary>
    public bool Writeback { get; init; }

    /// <summary>Whether the host's page cache is left out.</summary>
    public bool Direct { get; init; }

    /// <summary>Whether flushes are ignored.</summary>
    public bool NoFlush { get; init; }
}
