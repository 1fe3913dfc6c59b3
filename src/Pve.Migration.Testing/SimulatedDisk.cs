namespace Pve.Migration.Testing;

/// <summary>A disk of a simulated VM, as <c>-blockdev</c> with a raw image and <c>-device virtio-blk-pci</c> make it.</summary>
/// <param name="Node">The block node's name.</param>
/// <param name="Path">The image's path; VMs of one <see cref="SimulatedLink"/> that name the same path share the image.</param>
public sealed record SimulatedDisk(string Node, string Path)
{
    /// <summary>The size in bytes, where the image does not exist yet; 1 GiB unless set.</summary>
    public long Bytes { get; init; } = 1L << 30;

    /// <summary>How much of it is not zero, in bytes; all unless set.</summary>
    public long? DataBytes { get; init; }

    /// <summary>
    /// How many bytes a second the running guest writes to it, from its beginning to its end and again; none unless set. Dirty bitmaps note it, and a mirror
    /// that is ready finds by it that its copy is lost.
    /// </summary>
    public long WrittenBytesPerSecond { get; init; }
}
