namespace Pve.Migration;

/// <summary>Where the target offers a disk to be written, as the source's QEMU reaches it.</summary>
/// <param name="Uri">The NBD server: <c>unix:PATH</c> or <c>tcp:HOST:PORT</c>.</param>
/// <param name="Name">The export's name there.</param>
public sealed record DiskExport(string Uri, string Name);
