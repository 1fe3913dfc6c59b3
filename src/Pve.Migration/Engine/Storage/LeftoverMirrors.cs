using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>Mirrors that an interrupted run left on the source, known by the names it gives them.</summary>
internal static class LeftoverMirrors
{
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>What the jobs and nodes of a guest's migration are called, but for the disk's place.</summary>
    public static string Prefix(int vmId) => $"migrate-{vmId}-";

    /// <summary>Ends them, and lets go of the target's images.</summary>
    public static async Task RemoveAsync(QmpClient monitor, int vmId, TimeProvider time, CancellationToken cancellationToken)
    {
        var prefix = Prefix(vmId);
        var cancelled = new HashSet<string>();
        while (await JobsAsync(monitor, prefix, cancellationToken).ConfigureAwait(false) is { Count: > 0 } jobs)
        {
            foreach (var job in jobs.Where(cancelled.Add))
            {
                await monitor.ExecuteAsync(QmpCommands.BlockJobCancel, new BlockJobCancel(job) { Force = true }, cancellationToken: cancellationToken)
                    .ConfigureAwait(false);
            }

            await Task.Delay(SettleInterval, time, cancellationToken).ConfigureAwait(false);
        }

        var nodes = await monitor.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new QueryNamedBlockNodes { Flat = true }, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        foreach (var node in nodes)
        {
            foreach (var bitmap in node.DirtyBitmaps?.Where(bitmap => bitmap.Name?.StartsWith(prefix, StringComparison.Ordinal) == true) ?? [])
            {
                await monitor.ExecuteAsync(
                    QmpCommands.BlockDirtyBitmapRemove, new BlockDirtyBitmap(node.NodeName!, bitmap.Name!), cancellationToken: cancellationToken).ConfigureAwait(false);
            }
        }

        // what reads from another goes before it: their names are in that order
        foreach (var node in nodes.Where(node => node.NodeName?.StartsWith(prefix, StringComparison.Ordinal) == true).OrderByDescending(node => node.NodeName, StringComparer.Ordinal))
        {
            await monitor.ExecuteAsync(QmpCommands.BlockdevDel, new NodeReference(node.NodeName!), cancellationToken: cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<List<string>> JobsAsync(QmpClient monitor, string prefix, CancellationToken cancellationToken)
    {
        var jobs = await monitor.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. jobs.Select(job => job.Device).Where(job => job.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
