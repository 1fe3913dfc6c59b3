using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A VDUSE export: a virtio disk for QEMU's host.</summary>
/// <param name="Id">The export's id.</param>
/// <param name="NodeName">The node that is offered.</param>
/// <param name="Name">The VDUSE device's name.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockExportAdd,
///     new BlockExportOptionsVduseBlk("export0", "drive0", "vduse0"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockExportOptionsVduseBlk(string Id, string NodeName, string Name) : BlockExportOptions(Id, NodeName)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override BlockExportType Type => BlockExportType.VduseBlk;

    public int? NumQueues { get; init; }

    public int? QueueSize { get; init; }

    /// <summary>Bytes; 512 where null.</summary>
    public long? LogicalBlockSize { get; init; }

    public string? Serial { get; init; }
}
