namespace Pve.Qmp.Commands;

/// <summary>A memory backend.</summary>
/// <example>
/// <code>
/// foreach (Memdev memory in await qemu.ExecuteAsync(QmpCommands.QueryMemdev, cancellationToken: cancellationToken))
/// {
///     long bytes = memory.Size;
/// }
/// </code>
/// </example>
public sealed record Memdev : QmpObject
{
    public string? Id { get; init; }

    /// <summary>Bytes.</summary>
    public long Size { get; init; }

    /// <summary>Whether equal pages are merged.</summary>
    public bool Merge { get; init; }

    /// <summary>Whether it is part of a core dump.</summary>
    public bool Dump { get; init; }

    /// <summary>Whether it was taken from the host at the start.</summary>
    public bool Prealloc { get; init; }

    /// <summary>Whether others may map it.</summary>
    public bool Share { get; init; }

    /// <summary>Whether swap is reserved for it.</summary>
    public bool? Reserve { get; init; }

    /// <summary>The NUMA nodes of the host.</summary>
    public IReadOnlyList<long> HostNodes { get; init => field = value ?? []; } = [];

    public HostMemPolicy Policy { get; init; }
}
