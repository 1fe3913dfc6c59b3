namespace Pve.Migration;

/// <summary>A disk that the target's NBD server takes.</summary>
/// <param name="Drive">The disk, such as <c>scsi0</c>.</param>
/// <param name="Export">Its name at the NBD server, such as <c>drive-scsi0</c>.</param>
/// <param name="Address">Where the NBD server listens.</param>
/// <param name="Volume">The disk's configuration on the target, such as <c>local-lvm:vm-100-disk-0,size=4G</c>.</param>
public sealed record QmStartDrive(string Drive, string Export, QmListenAddress Address, string Volume);
