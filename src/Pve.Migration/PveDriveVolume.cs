namespace Pve.Migration;

/// <summary>A disk and the volume behind it.</summary>
/// <param name="Drive">The disk, such as <c>scsi0</c> or <c>tpmstate0</c>.</param>
/// <param name="VolumeId">The volume, such as <c>local-zfs:vm-100-disk-0</c>.</param>
public sealed record PveDriveVolume(string Drive, string VolumeId);
