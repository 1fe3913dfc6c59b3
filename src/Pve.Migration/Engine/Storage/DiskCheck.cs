using System.Globalization;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>What is wrong with a disk before anything was touched.</summary>
internal static class DiskCheck
{
    /// <exception cref="MigrationFailedException">A disk cannot be moved.</exception>
    public static async Task RunAsync(
        IReadOnlyList<MigrationDisk> disks, QmpClient source, QmpClient? target, CancellationToken cancellationToken)
    {
        var here = await BlockNodes.ReadAsync(source, cancellationToken).ConfigureAwait(false);
        var there = target is null ? null : await BlockNodes.ReadAsync(target, cancellationToken).ConfigureAwait(false);
        var jobs = await source.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: cancellationToken).ConfigureAwait(false);
        foreach (var disk in disks)
        {
            var node = here.Find(disk.Node);
            if (jobs.FirstOrDefault(job => job.Device == disk.Node) is { } job)
            {
                throw new MigrationFailedException($"A job ({job.Type}) already works on the disk '{disk.Node}'.", "Wait for it, or cancel it.");
            }

            if (there is not null)
            {
                Compare(disk, node, there.Find(disk.NodeThere));
            }
        }
    }

    /// <exception cref="MigrationFailedException">The target's is of another size.</exception>
    public static void CompareSizes(MigrationDisk disk, BlockDeviceInfo here, BlockDeviceInfo there)
    {
        if (here.Image.VirtualSize != there.Image.VirtualSize)
        {
            throw new MigrationFailedException(
                $"The disk '{disk.Node}' has {Bytes(here)} bytes, the target's '{disk.NodeThere}' has {Bytes(there)}.",
                "Make the target's image as large as the source's.");
        }
    }

    private static void Compare(MigrationDisk disk, BlockDeviceInfo here, BlockDeviceInfo there)
    {
        CompareSizes(disk, here, there);
        if (there.ReadOnly)
        {
            throw new MigrationFailedException($"The target's disk '{disk.NodeThere}' is read-only.", "Open it for writing.");
        }

        if (here.Driver != there.Driver && !disk.AllowsOtherFormat)
        {
            throw new MigrationFailedException(
                $"The disk '{disk.Node}' is {here.Driver}, the target's '{disk.NodeThere}' is {there.Driver}.",
                $"Give the target a {here.Driver} image, or allow another format.");
        }
    }

    private static string Bytes(BlockDeviceInfo node) => node.Image.VirtualSize.ToString(CultureInfo.InvariantCulture);
}
