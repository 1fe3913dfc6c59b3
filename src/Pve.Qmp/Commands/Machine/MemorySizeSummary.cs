namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-memory-size-summary</c>.</summary>
/// <example>
/// <code>
/// MemorySizeSummary memory = await qemu.ExecuteAsync(QmpCommands.QueryMemorySizeSummary, cancellationToken: cancellationToken);
/// long bytes = memory.BaseMemory;
/// </code>
/// </example>
public sealed record MemorySizeSummary : QmpObject
{
    /// <summary>The RAM the machine began with, in bytes.</summary>
    public long BaseMemory { get; init; }

    /// <summary>The RAM that was plugged in since, in bytes; null where the machine cannot.</summary>
    public long? PluggedMemory { get; init; }
}
