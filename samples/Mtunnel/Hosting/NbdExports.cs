using Pve.Migration;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Mtunnel.Hosting;

/// <summary>The disks that the source mirrors onto: each a writable export of QEMU's own NBD server, at a unix socket.</summary>
internal static class NbdExports
{
    public static async Task StartAsync(QmpClient monitor, string socket, IReadOnlyList<Volume> volumes, CancellationToken cancellationToken)
    {
        await monitor.ExecuteAsync(QmpCommands.NbdServerStart, new NbdServerStart(SocketAddress.Unix(socket)), cancellationToken: cancellationToken);
        var drives = await monitor.ExecuteAsync(QmpCommands.QueryBlock, cancellationToken: cancellationToken);
        var nodes = await monitor.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new QueryNamedBlockNodes(), cancellationToken: cancellationToken);
        foreach (var volume in volumes)
        {
            // -drive id=drive-scsi0 makes a node with a name of its own; -blockdev node-name=drive-scsi0 is the node
            var node = drives.FirstOrDefault(drive => drive.Device == volume.Export)?.Inserted?.NodeName
                ?? nodes.FirstOrDefault(node => node.NodeName == volume.Export)?.NodeName
                ?? throw new MtunnelRefusedException($"the template names no drive or node {volume.Export} for {{disk:{volume.Drive}}}");
            await monitor.ExecuteAsync(
                QmpCommands.BlockExportAdd,
                new BlockExportOptionsNbd(volume.Export, node) { Name = volume.Export, Writable = true },
                cancellationToken: cancellationToken);
        }
    }
}
