namespace Pve.Migration;

/// <summary>Between which folders a <see cref="FolderOwnership"/> moves files.</summary>
public sealed record FolderOwnershipOptions
{
    /// <summary>The folder whose files are the source's guests.</summary>
    public required string SourceFolder { get; init; }

    /// <summary>The folder whose files are the target's guests, in the same file system.</summary>
    public required string TargetFolder { get; init; }

    /// <summary>A guest's file, by its number: a name without a folder. <c>VMID.conf</c> unless set.</summary>
    public Func<int, string> FileName { get; init; } = vmId => FormattableString.Invariant($"{vmId}.conf");

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(SourceFolder);
        ArgumentException.ThrowIfNullOrEmpty(TargetFolder);
        ArgumentNullException.ThrowIfNull(FileName);
        if (Path.GetFullPath(SourceFolder) == Path.GetFullPath(TargetFolder))
        {
            throw new ArgumentException($"{nameof(SourceFolder)} and {nameof(TargetFolder)} are both '{SourceFolder}'.");
        }
    }
}
