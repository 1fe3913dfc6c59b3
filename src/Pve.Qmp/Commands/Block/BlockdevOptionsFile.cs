using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A file on QEMU's host (driver <c>file</c>).</summary>
/// <param name="Filename">The path.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevAdd,
///     new BlockdevOptionsFile("/images/100.raw") { NodeName = "file0" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevOptionsFile(string Filename) : BlockdevOptions
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override string Driver => "file";

    public string? PrManager { get; init; }

    /// <summary>Whether the image is locked against other processes.</summary>
    public OnOffAuto? Locking { get; init; }

    public BlockdevAio? Aio { get; init; }

    /// <summary>How many requests go to the kernel at once.</summary>
    public long? AioMaxBatch { get; init; }

    /// <summary>Whether the page cache is dropped when the target of a migration takes over.</summary>
    public bool? DropCache { get; init; }
}
