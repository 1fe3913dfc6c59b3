namespace Pve.Migration;

/// <summary>How far a disk's mirror is.</summary>
/// <param name="Node">The source's block node.</param>
/// <param name="CopiedBytes">Bytes written to the target so far; what the guest rewrites counts again.</param>
/// <param name="TotalBytes">Bytes to write, as known by now.</param>
/// <param name="IsReady">Whether both images have been alike once, and are kept so.</param>
public sealed record DiskProgress(string Node, long CopiedBytes, long TotalBytes, bool IsReady);
