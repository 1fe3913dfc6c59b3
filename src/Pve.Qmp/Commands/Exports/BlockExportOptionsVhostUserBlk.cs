using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>A vhost-user-blk export: a virtio disk for another process.</summary>
/// <param name="Id">The export's id.</param>
/// <param name="NodeName">The node that is offered.</param>
/// <param name="Addr">Where to listen.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockExportAdd,
///     new BlockExportOptionsVhostUserBlk("export0", "drive0", SocketAddress.Unix("/run/vm/blk.sock")),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockExportOptionsVhostUserBlk(
    string Id,
    string NodeName,
    SocketAddress Addr)
    : BlockExportOptions(Id, NodeName)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override BlockExportType Type => BlockExportType.VhostUserBlk;

    /// <summary>Bytes; 512 where null.</summary>
    public long? LogicalBlockSize { get; init; }

    public int? NumQueues { get; init; }
}
