using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A qcow2 image within another node (driver <c>qcow2</c>).</summary>
/// <param name="File">What it is stored in: a node's name, or a node to be.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevAdd,
///     new BlockdevOptionsQcow2(new BlockdevOptionsFile("/images/100.qcow2")) { NodeName = "disk0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevOptionsQcow2(BlockdevRef File) : BlockdevOptions
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Driver => "qcow2";

    /// <summary>What it is based on, where not what the image says; <see cref="BlockdevRef.None"/> is nothing.</summary>
    public BlockdevRef? Backing { get; init; }

    public bool? LazyRefcounts { get; init; }

    public bool? PassDiscardRequest { get; init; }

    public bool? PassDiscardSnapshot { get; init; }

    public bool? PassDiscardOther { get; init; }

    /// <summary>Bytes of memory for tables in all.</summary>
    public long? CacheSize { get; init; }

    /// <summary>Bytes of memory for L2 tables.</summary>
    [JsonPropertyName("l2-cache-size")]
    public long? L2CacheSize { get; init; }

    [JsonPropertyName("l2-cache-entry-size")]
    public long? L2CacheEntrySize { get; init; }

    /// <summary>Bytes of memory for reference counts.</summary>
    public long? RefcountCacheSize { get; init; }

    /// <summary>After which time unused tables leave memory; whole seconds, 0 is never.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? CacheCleanInterval { get; init; }

    /// <summary>Where its data is, where not in the image.</summary>
    public BlockdevRef? DataFile { get; init; }

    /// <summary>Whether a discarded cluster stays allocated. Since QEMU 8.1.</summary>
    [QmpSince("8.1")]
    public bool? DiscardNoUnref { get; init; }
}
