using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>RAM from a file (type <c>memory-backend-file</c>).</summary>
/// <param name="Id">The id.</param>
/// <param name="Size">Bytes.</param>
/// <param name="MemPath">The file, or the directory for it.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ObjectAdd,
///     new MemoryBackendFileObject("mem1", 1L &lt;&lt; 30, "/dev/hugepages") { Share = true },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record MemoryBackendFileObject(string Id, long Size, string MemPath) : ObjectOptions(Id)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string QomType => "memory-backend-file";

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

    /// <summary>Bytes.</summary>
    public long? Align { get; init; }

    public bool? DiscardData { get; init; }

    /// <summary>Whether it is persistent memory.</summary>
    public bool? Pmem { get; init; }

    public bool? Readonly { get; init; }

    /// <summary>Where in the file to begin, in bytes. Since QEMU 8.1.</summary>
    [QmpSince("8.1")]
    public long? Offset { get; init; }

    /// <summary>Since QEMU 9.0.</summary>
    [QmpSince("9.0")]
    public OnOffAuto? Rom { get; init; }
}
