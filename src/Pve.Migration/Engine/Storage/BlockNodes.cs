using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>The block nodes of one QEMU, by name.</summary>
internal sealed class BlockNodes
{
    private readonly Dictionary<string, BlockDeviceInfo> _nodes;
    private readonly string _qemu;

    private BlockNodes(string qemu, Dictionary<string, BlockDeviceInfo> nodes) => (_qemu, _nodes) = (qemu, nodes);

    public static async Task<BlockNodes> ReadAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        var nodes = await monitor.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new QueryNamedBlockNodes { Flat = true }, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        return new BlockNodes(monitor.Name, nodes.Where(node => node.NodeName is not null).ToDictionary(node => node.NodeName!));
    }

    /// <exception cref="MigrationFailedException">There is none of that name.</exception>
    public BlockDeviceInfo Find(string name)
        => _nodes.TryGetValue(name, out var node)
            ? node
            : throw new MigrationFailedException(
                $"There is no block node '{name}' at {_qemu}.",
                _nodes.Count == 0 ? "Give the disk a node-name." : $"It has {string.Join(", ", _nodes.Keys.Where(key => !key.StartsWith('#')).Order())}.");
}
