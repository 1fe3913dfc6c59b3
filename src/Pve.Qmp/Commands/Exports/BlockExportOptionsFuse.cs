using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A FUSE export: the node as a file of QEMU's host.</summary>
/// <param name="Id">The export's id.</param>
/// <param name="NodeName">The node that is offered.</param>
/// <param name="Mountpoint">A file that exists, and is covered.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockExportAdd,
///     new BlockExportOptionsFuse("export0", "drive0", "/images/view.raw"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockExportOptionsFuse(string Id, string NodeName, string Mountpoint) : BlockExportOptions(Id, NodeName)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override BlockExportType Type => BlockExportType.Fuse;

    /// <summary>Whether writing beyond the end makes it larger.</summary>
    public bool? Growable { get; init; }

    /// <summary>Whether other users may see it.</summary>
    public OnOffAuto? AllowOther { get; init; }
}
