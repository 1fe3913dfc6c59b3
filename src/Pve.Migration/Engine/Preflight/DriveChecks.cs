using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Preflight;

/// <summary>Whether what the guest's drives hold is the same on both sides, apart from the disks that are mirrored.</summary>
internal static class DriveChecks
{
    private const string Id = "drives";

    public static async Task RunAsync(Comparison sides, IReadOnlyList<MigrationDisk> mirrored, CancellationToken cancellationToken)
    {
        if (await sides.AskAsync(Id, monitor => monitor.ExecuteAsync(QmpCommands.QueryBlock, cancellationToken: cancellationToken)).ConfigureAwait(false)
            is not var (ours, theirs))
        {
            return;
        }

        var there = theirs.GroupBy(NameOf).ToDictionary(group => group.Key, group => group.First());
        foreach (var drive in ours.Where(drive => drive.Inserted is { } node && mirrored.All(disk => disk.Node != node.NodeName)))
        {
            var (name, node) = (NameOf(drive), drive.Inserted!);
            if (IsNumbered(name) && !there.ContainsKey(name))
            {
                sides.Findings.Warn(
                    Id, $"The source's drive '{name}' has no id, and the target at {sides.Target.Name} no drive of that name: whether it has the image cannot be told.",
                    "Give the device an id.");
            }
            else if (!there.TryGetValue(name, out var other) || other.Inserted is null)
            {
                sides.Findings.Error(Id, $"The source's drive '{name}' holds an image, the target's at {sides.Target.Name} does not.", "Start the target with the same -drive or -blockdev.");
            }
            else if (other.Inserted.Image.VirtualSize != node.Image.VirtualSize)
            {
                sides.Findings.Error(
                    Id, $"The source's drive '{name}' holds {node.Image.VirtualSize} bytes, the target's at {sides.Target.Name} {other.Inserted.Image.VirtualSize}.",
                    "Give both the same image, or have the disk mirrored into one as large.");
            }
        }
    }

    // QEMU numbers devices without an id as they come: after an unplug the same one has another number elsewhere.
    private static bool IsNumbered(string name) => name.StartsWith("/machine/peripheral-anon/", StringComparison.Ordinal) || IsOfTheBoard(name);

    // The board's own, such as its floppy drives; each version makes them in its own order.
    private static bool IsOfTheBoard(string name) => name.StartsWith("/machine/unattached/", StringComparison.Ordinal);

    private static string NameOf(BlockInfo drive)
        => drive.Qdev is { } device && (drive.Device.Length == 0 || !IsOfTheBoard(device)) ? device : drive.Device;
}
