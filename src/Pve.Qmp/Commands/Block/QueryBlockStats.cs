namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>query-blockstats</c>.</summary>
/// <example>
/// <code>
/// var nodes = await qemu.ExecuteAsync(QmpCommands.QueryBlockStats,
///     new() { QueryNodes = true },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record QueryBlockStats : QmpObject
{
    /// <summary>Whether nodes are listed rather than drives.</summary>
    public bool? QueryNodes { get; init; }
}
