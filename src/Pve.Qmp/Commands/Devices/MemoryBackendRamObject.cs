using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>RAM from anonymous memory (type <c>memory-backend-ram</c>).</summary>
/// <param name="Id">The id.</param>
/// <param name="Size">Bytes.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new MemoryBackendRamObject("mem1", 1L &lt;&lt; 30),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record MemoryBackendRamObject(string Id, long Size) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType => "memory-backend-ram";

    /// <summary>Whether it is part of a core dump.</summary>
    public bool? Dump { get; init; }

    /// <summary>The NUMA nodes of the host.</summary>
    public IReadOnlyList<long>? HostNodes { get; init; }

    /// <summary>Whether equal pages are merged.</summary>
    public bool? Merge { get; init; }

    public HostMemPolicy? Policy { get; init; }

    /// <summary>Whether it is taken from the host at once.</summary>
    public bool? Prealloc { get; init; }

    /// <summary>With how many threads.</summary>
    public int? PreallocThreads { get; init; }

    public string? PreallocContext { get; init; }

    /// <summary>Whether others may map it.</summary>
    public bool? Share { get; init; }

    /// <summary>Whether swap is reserved for it.</summary>
    public bool? Reserve { get; init; }
}
