using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>An NBD export of the server that <c>nbd-server-start</c> started.</summary>
/// <param name="Id">The export's id.</param>
/// <param name="NodeName">The node that is offered.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockExportAdd,
///     new BlockExportOptionsNbd("export0", "drive0") { Name = "drive0", Writable = true },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockExportOptionsNbd(string Id, string NodeName) : BlockExportOptions(Id, NodeName)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override BlockExportType Type => BlockExportType.Nbd;

    /// <summary>Its name for clients; the node's where null.</summary>
    public string? Name { get; init; }

    /// <summary>A text for the client.</summary>
    public string? Description { get; init; }

    /// <summary>Dirty bitmaps that clients may read.</summary>
    public IReadOnlyList<BitmapSource>? Bitmaps { get; init; }

    /// <summary>Whether clients may ask how deep in the chain data lies.</summary>
    public bool? AllocationDepth { get; init; }
}
