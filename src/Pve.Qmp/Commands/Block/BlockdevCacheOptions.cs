namespace Pve.Qmp.Commands;

/// <summary>How a node is cached.</summary>
/// <example><code>var cache = new BlockdevCacheOptions { Direct = true };</code></example>
public sealed record BlockdevCacheOptions : QmpObject
{
    /// <summary>Whether the host's page cache is left out.</summary>
    public bool? Direct { get; init; }

    /// <summary>Whether flushes are ignored; for data that may be lost.</summary>
    public bool? NoFlush { get; init; }
}
