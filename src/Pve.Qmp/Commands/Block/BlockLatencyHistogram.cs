namespace Pve.Qmp.Commands;

/// <summary>How many requests took how long.</summary>
/// <example>
/// <code>
/// foreach (BlockStats disk in await qemu.ExecuteAsync(QmpCommands.QueryBlockStats,
///     new(),
///     cancellationToken: cancellationToken))
/// {
///     BlockLatencyHistogram? reads = disk.Stats.RdLatencyHistogram;
/// }
/// </code>
/// </example>
public sealed record BlockLatencyHistogram : QmpObject
{
    /// <summary>The ends of the intervals, in nanoseconds; the first begins at 0, the last has no end.</summary>
    public IReadOnlyList<long> Boundaries { get; init => field = value ?? []; } = [];

    /// <summary>How many requests fell into each.</summary>
    public IReadOnlyList<long> Bins { get; init => field = value ?? []; } = [];
}
