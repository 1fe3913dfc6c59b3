namespace LiveMigration;

/// <summary>A disk that was mirrored.</summary>
/// <param name="Node">The block node.</param>
/// <param name="Identical">Whether both images were alike; null where the guest did not arrive.</param>
/// <param name="MirroredBytes">Bytes written to the target's.</param>
internal sealed record DiskRow(string Node, bool? Identical, long MirroredBytes);
