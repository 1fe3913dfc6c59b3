using System.Globalization;
using Pve.Migration.Engine.Preflight;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Storage;

/// <summary>What is wrong with a disk before anything was touched.</summary>
internal static class DiskCheck
{
    private const string BitmapId = "disk-bitmap";
    private const string AsLarge = "Make the target's image as large as the source's.";

    public static async Task RunAsync(
        IReadOnlyList<MigrationDisk> disks, QmpClient source, IMigrationTarget target, QmpClient? monitor, Findings findings, CancellationToken cancellationToken)
    {
        var here = await BlockNodes.ReadAsync(source, cancellationToken).ConfigureAwait(false);
        var there = monitor is null ? null : await BlockNodes.ReadAsync(monitor, cancellationToken).ConfigureAwait(false);
        var jobs = await source.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: cancellationToken).ConfigureAwait(false);
        var pairs = new List<(MigrationDisk Disk, BlockDeviceInfo Here, BlockDeviceInfo There)>();
        foreach (var disk in disks)
        {
            if (jobs.FirstOrDefault(job => job.Device == disk.Node) is { } job)
            {
                findings.Error("disk-job", $"A job ({job.Type}) already works on the disk '{disk.Node}'.", "Wait for it, or cancel it.");
            }

            if (Look(here, disk.Node, findings) is not { } node)
            {
                continue;
            }

            LookForBitmap(disk, node, findings);
            if (there is not null && Look(there, disk.NodeThere, findings) is { } other)
            {
                Compare(disk, node, other, findings);
                LookForBitmapThere(disk, other, findings);
                pairs.Add((disk, node, other));
            }
        }

        foreach (var beside in pairs.GroupBy(pair => FolderOf(pair.There.Image.Filename), StringComparer.Ordinal))
        {
            await LookForSpaceAsync([.. beside], target, findings, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <exception cref="MigrationFailedException">The target's is of another size.</exception>
    public static void CompareSizes(MigrationDisk disk, BlockDeviceInfo here, BlockDeviceInfo there)
    {
        if (Difference(disk, here, there) is { } difference)
        {
            throw new MigrationFailedException(difference, AsLarge);
        }
    }

    private static string? Difference(MigrationDisk disk, BlockDeviceInfo here, BlockDeviceInfo there)
        => here.Image.VirtualSize == there.Image.VirtualSize
            ? null
            : $"The disk '{disk.Node}' has {Bytes(here.Image.VirtualSize)} bytes, the target's '{disk.NodeThere}' has {Bytes(there.Image.VirtualSize)}.";

    private static BlockDeviceInfo? Look(BlockNodes nodes, string name, Findings findings)
    {
        try
        {
            return nodes.Find(name);
        }
        catch (MigrationFailedException e)
        {
            findings.Error("disk-node", e.Message, e.Remedy);
            return null;
        }
    }

    private static void Compare(MigrationDisk disk, BlockDeviceInfo here, BlockDeviceInfo there, Findings findings)
    {
        if (Difference(disk, here, there) is { } difference)
        {
            findings.Error("disk-size", difference, AsLarge);
        }

        if (there.ReadOnly)
        {
            findings.Error("disk-read-only", $"The target's disk '{disk.NodeThere}' is read-only.", "Open it for writing.");
        }

        if (here.Driver != there.Driver && !disk.AllowsOtherFormat)
        {
            findings.Error(
                "disk-format", $"The disk '{disk.Node}' is {here.Driver}, the target's '{disk.NodeThere}' is {there.Driver}.",
                $"Give the target a {here.Driver} image, or allow another format.");
        }
    }

    // QEMU merges one that does not record without a word, and what was written since would never be copied.
    private static void LookForBitmap(MigrationDisk disk, BlockDeviceInfo node, Findings findings)
    {
        if (disk.Bitmap is not { } name)
        {
            return;
        }

        if (node.DirtyBitmaps?.FirstOrDefault(bitmap => bitmap.Name == name) is not { } found)
        {
            findings.Error(BitmapId, $"The disk '{disk.Node}' has no bitmap '{name}'.", "Let the whole disk travel, or begin with a replication that leaves one.");
        }
        else if (!found.Recording || found.Busy || found.Inconsistent == true)
        {
            findings.Error(
                BitmapId, $"The bitmap '{name}' of the disk '{disk.Node}' does not note what is written, or is in use.",
                "Enabled again, it lacks what was written meanwhile: let the whole disk travel.");
        }
    }

    private static void LookForBitmapThere(MigrationDisk disk, BlockDeviceInfo node, Findings findings)
    {
        if (disk.Bitmap is { } name && node.DirtyBitmaps?.Any(bitmap => bitmap.Name == name) == true)
        {
            findings.Error(
                BitmapId, $"The target's disk '{disk.NodeThere}' already has a bitmap '{name}', where one of that name begins with the handover.", "Remove that one.");
        }
    }

    // What is allocated here will be there; what the guest may write besides, up to the whole size, only may. Images in one folder share its room.
    private static async Task LookForSpaceAsync(
        IReadOnlyList<(MigrationDisk Disk, BlockDeviceInfo Here, BlockDeviceInfo There)> pairs, IMigrationTarget target, Findings findings, CancellationToken cancellationToken)
    {
        var known = pairs.Where(pair => pair.There.Image.ActualSize is not null).ToList();
        if (known is not [var first, ..] || await target.ReadFreeBytesAsync(first.There.Image.Filename, cancellationToken).ConfigureAwait(false) is not { } free)
        {
            return;
        }

        var surely = known.Sum(pair => Math.Max(0, (pair.Here.Image.ActualSize ?? 0) - pair.There.Image.ActualSize!.Value));
        var atMost = known.Sum(pair => Math.Max(0, pair.There.Image.VirtualSize - pair.There.Image.ActualSize!.Value));
        var (which, need) = known.Count == 1
            ? ($"The disk '{first.Disk.Node}'", "needs")
            : ($"The disks {string.Join(", ", known.Select(pair => $"'{pair.Disk.Node}'"))} together", "need");
        if (surely > free)
        {
            findings.Error("disk-space", $"{which} {need} {Bytes(surely)} bytes more on the target, which has {Bytes(free)} free.", "Make room there.");
        }
        else if (atMost > free)
        {
            findings.Warn("disk-space", $"{which} may grow by {Bytes(atMost)} bytes on the target, which has {Bytes(free)} free.", "Make room there.");
        }
    }

    private static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];

    private static string Bytes(long count) => count.ToString(CultureInfo.InvariantCulture);
}
