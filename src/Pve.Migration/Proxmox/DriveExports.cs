namespace Pve.Migration.Proxmox;

// The drives that a node offers, as the exports that were asked for. A disk is called as the node calls it: scsi0, or drive-scsi0 as QEMU does.
internal static class DriveExports
{
    public static IReadOnlyList<DiskExport> Of(IReadOnlyList<QmStartDrive> drives, IReadOnlyList<MigrationDisk> disks, string name)
        => [.. disks.Select(disk => Find(drives, disk.NodeThere, name)).Select(drive => new DiskExport(drive.Address.ToString(), drive.Export))];

    private static QmStartDrive Find(IReadOnlyList<QmStartDrive> drives, string wanted, string name)
        => drives.FirstOrDefault(drive => drive.Drive == wanted || drive.Export == wanted)
            ?? throw new MigrationTargetException(
                $"{name} offers no disk '{wanted}' to be written.",
                drives.Count == 0 ? "Ask for its disks to be migrated where it is started." : $"It offers {string.Join(", ", drives.Select(drive => drive.Drive))}.");
}
