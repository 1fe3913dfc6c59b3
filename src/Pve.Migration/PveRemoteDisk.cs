namespace Pve.Migration;

/// <summary>A disk that a remote cluster is to allocate, for the source to mirror its content there.</summary>
/// <param name="Drive">The disk, such as <c>scsi0</c>; its size and properties are read from the configuration.</param>
/// <param name="Storage">The storage there, such as <c>local-lvm</c>.</param>
/// <param name="Format">The format, such as <c>raw</c> or <c>qcow2</c>; a storage that has it not takes its own.</param>
public sealed record PveRemoteDisk(string Drive, string Storage, string Format = "raw");
