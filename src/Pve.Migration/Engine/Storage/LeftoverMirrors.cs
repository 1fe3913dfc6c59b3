using System.Globalization;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>What a run leaves on the source of its mirrors, known by the names it gives them.</summary>
internal static class LeftoverMirrors
{
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(5);

    // what a job held that is not listed any more
    private static readonly TimeSpan LetGoPatience = TimeSpan.FromSeconds(2);

    /// <summary>What the jobs and nodes of one disk are called, or begin with.</summary>
    public static string NameOf(int vmId, int index) => string.Create(CultureInfo.InvariantCulture, $"{Prefix(vmId)}{index}");

    /// <summary>Ends what an interrupted run left, and lets go of the target's images.</summary>
    /// <exception cref="MigrationFailedException">Something could not be removed; the rest was.</exception>
    public static async Task RemoveAsync(QmpClient monitor, int vmId, TimeProvider time, CancellationToken cancellationToken)
    {
        await EndJobsAsync(monitor, Prefix(vmId), time, cancellationToken).ConfigureAwait(false);
        var nodes = await monitor.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new QueryNamedBlockNodes { Flat = true }, cancellationToken: cancellationToken)
            .ConfigureAwait(false);

        // what reads from another goes before it: their names are in that order
        var left = nodes.Select(node => node.NodeName).OfType<string>().Where(name => name.StartsWith(Prefix(vmId), StringComparison.Ordinal));
        await RemoveAsync(monitor, Prefix(vmId), left.OrderDescending(StringComparer.Ordinal), time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same where it is known how many disks there are; no list of nodes is asked for, on which QEMU 7.2 has crashed after a backup.</summary>
    /// <exception cref="MigrationFailedException">Something could not be removed; the rest was.</exception>
    public static async Task RemoveAsync(QmpClient monitor, int vmId, int disks, TimeProvider time, CancellationToken cancellationToken)
    {
        await EndJobsAsync(monitor, Prefix(vmId), time, cancellationToken).ConfigureAwait(false);
        var names = Enumerable.Range(0, disks).SelectMany(index => DiskReplica.NodesOf(NameOf(vmId, index)));
        await RemoveAsync(monitor, Prefix(vmId), names, time, cancellationToken).ConfigureAwait(false);
    }

    private static string Prefix(int vmId) => string.Create(CultureInfo.InvariantCulture, $"migrate-{vmId}-");

    private static async Task EndJobsAsync(QmpClient monitor, string prefix, TimeProvider time, CancellationToken cancellationToken)
    {
        var cancelled = new HashSet<string>();
        while (await JobsAsync(monitor, prefix, cancellationToken).ConfigureAwait(false) is { Count: > 0 } jobs)
        {
            foreach (var job in jobs.Where(job => cancelled.Add(job.Device)))
            {
                await CancelAsync(monitor, job, cancellationToken).ConfigureAwait(false);
            }

            await Task.Delay(SettleInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    // One that has ended is as good.
    private static async Task CancelAsync(QmpClient monitor, BlockJobInfo job, CancellationToken cancellationToken)
    {
        if (job.Type == JobType.Backup)
        {
            // What it waits for may never come: the connection is broken first, and the guest does not see that.
            await DiskMirror.BreakAsync(monitor, job.Device[..job.Device.LastIndexOf('-')], cancellationToken).ConfigureAwait(false);
        }

        await monitor.TryExecuteAsync(QmpCommands.BlockJobCancel, new BlockJobCancel(job.Device) { Force = true }, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
    }

    private static async Task RemoveAsync(QmpClient monitor, string prefix, IEnumerable<string> nodes, TimeProvider time, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        var begun = time.GetTimestamp();
        foreach (var node in nodes)
        {
            var failure = await DeleteAsync(monitor, node, cancellationToken).ConfigureAwait(false);
            while (IsInUse(failure) && time.GetElapsedTime(begun) < LetGoPatience)
            {
                await Task.Delay(SettleInterval, time, cancellationToken).ConfigureAwait(false);
                failure = await DeleteAsync(monitor, node, cancellationToken).ConfigureAwait(false);
            }

            if (failure is not null && !IsNotThere(failure))
            {
                left.Add($"the node '{node}' ({failure.Message})");
            }
        }

        foreach (var disk in (await monitor.ExecuteAsync(QmpCommands.QueryBlock, cancellationToken: cancellationToken).ConfigureAwait(false)).Select(device => device.Inserted))
        {
            foreach (var bitmap in disk?.DirtyBitmaps?.Select(bitmap => bitmap.Name).OfType<string>().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)) ?? [])
            {
                var removed = await monitor.TryExecuteAsync(
                    QmpCommands.BlockDirtyBitmapRemove, new BlockDirtyBitmap(disk!.NodeName!, bitmap), cancellationToken: cancellationToken).ConfigureAwait(false);
                if (removed.Failure is { } failure)
                {
                    left.Add($"the bitmap '{bitmap}' of '{disk.NodeName}' ({failure.Message})");
                }
            }
        }

        if (left.Count > 0)
        {
            throw new MigrationFailedException($"Left on the source: {string.Join(", ", left)}.", "Remove it there: the next migration needs the name.");
        }
    }

    private static async Task<QmpException?> DeleteAsync(QmpClient monitor, string node, CancellationToken cancellationToken)
        => (await monitor.TryExecuteAsync(QmpCommands.BlockdevDel, new NodeReference(node), cancellationToken: cancellationToken).ConfigureAwait(false)).Failure;

    private static bool IsInUse(QmpException? failure)
        => failure is QmpCommandException { Description: var why } && why.Contains("in use", StringComparison.Ordinal);

    private static bool IsNotThere(QmpException failure)
        => failure is QmpCommandException { Description: var why } && why.StartsWith("Failed to find node", StringComparison.Ordinal);

    private static async Task<List<BlockJobInfo>> JobsAsync(QmpClient monitor, string prefix, CancellationToken cancellationToken)
    {
        var jobs = await monitor.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: cancellationToken).ConfigureAwait(false);
        return [.. jobs.Where(job => job.Device.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
