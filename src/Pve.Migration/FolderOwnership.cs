using Pve.Migration.Ownership;

namespace Pve.Migration;

/// <summary>
/// A guest is the one's in whose folder its configuration lies, and is handed over by one rename: Proxmox VE's way (<see cref="PveNodeSource"/>)
/// in any directory tree, without its lock.
/// </summary>
/// <remarks>Its only state is where the file lies, so that another process can take up what one that crashed has left.</remarks>
public sealed class FolderOwnership : IOwnershipHandover
{
    private readonly FolderOwnershipOptions _options;

    /// <summary>Creates the handover.</summary>
    /// <exception cref="ArgumentException">A folder is missing, or both are the same.</exception>
    public FolderOwnership(FolderOwnershipOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
    }

    /// <summary>Sees that the file is the source's and can be moved, which it tries out with another one.</summary>
    /// <exception cref="OwnershipException">It is the target's already, at neither or at both, or could not be moved.</exception>
    public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => RunAsync(vmId, file =>
    {
        if (!file.IsAtSource)
        {
            throw new OwnershipException(
                $"The configuration of VM {vmId} lies in {_options.TargetFolder} already.", "If the guest does not run there, give it back with RevertAsync.");
        }

        file.TryOut();
    }, cancellationToken);

    /// <summary>Moves the file to the target's folder, unless it is there.</summary>
    /// <exception cref="OwnershipException">It is at neither or at both, or could not be moved.</exception>
    public Task CommitAsync(int vmId, CancellationToken cancellationToken) => RunAsync(vmId, file => file.MoveToTarget(), cancellationToken);

    /// <summary>Moves the file back to the source's folder, unless it is there.</summary>
    /// <exception cref="OwnershipException">It is at neither or at both, or could not be moved.</exception>
    public Task RevertAsync(int vmId, CancellationToken cancellationToken) => RunAsync(vmId, file => file.MoveToSource(), cancellationToken);

    // Elsewhere: a file system on the network may keep whoever asks it.
    private Task RunAsync(int vmId, Action<MovingFile> action, CancellationToken cancellationToken)
    {
        var name = _options.FileName(vmId);
        var file = new MovingFile(vmId, PlaceIn(_options.SourceFolder, name), PlaceIn(_options.TargetFolder, name), "folder", "See that both folders are there.");
        return Task.Run(() => action(file), cancellationToken);
    }

    private static (string Path, string Place) PlaceIn(string folder, string name) => (Path.Combine(folder, name), $"folder {folder}");
}
