namespace Pve.Migration.Ownership;

/// <summary>A guest's one file, which lies at its owner's.</summary>
/// <param name="vmId">The guest.</param>
/// <param name="source">Its path while it is the source's, and what messages call that place.</param>
/// <param name="target">Its path once it is the target's, and what messages call that place.</param>
/// <param name="kind">What messages call such a place: <c>node</c>, <c>folder</c>.</param>
/// <param name="remedy">What to look at where it cannot be found or moved.</param>
internal sealed class MovingFile(int vmId, (string Path, string Place) source, (string Path, string Place) target, string kind, string remedy)
{
    /// <summary>True: it is the source's. False: the target's.</summary>
    /// <exception cref="OwnershipException">Anything else, which is no state to go on from.</exception>
    public bool IsAtSource => (File.Exists(source.Path), File.Exists(target.Path)) switch
    {
        (true, false) => true,
        (false, true) => false,
        (true, true) => throw new OwnershipException(
            $"VM {vmId} has a configuration at both {kind}s: {source.Path} and {target.Path}.", "Find out which one is the guest's, and remove the other."),
        _ => throw new OwnershipException($"VM {vmId} has a configuration at neither {kind}: not {source.Path}, nor {target.Path}.", remedy),
    };

    /// <returns>Whether it had to be moved.</returns>
    /// <exception cref="OwnershipException">It is at neither or at both, or could not be moved.</exception>
    public bool MoveToTarget() => IsAtSource && Move(source, target);

    /// <inheritdoc cref="MoveToTarget"/>
    public bool MoveToSource() => !IsAtSource && Move(target, source);

    /// <summary>Finds out with another file whether the way there and back is open; nothing is left of it.</summary>
    /// <exception cref="OwnershipException">It is not.</exception>
    public void TryOut()
    {
        var (here, there) = (ProbeAt(source.Path), ProbeAt(target.Path));
        try
        {
            File.WriteAllBytes(here, []);
            AtomicRename.Run(here, there);
            AtomicRename.Run(there, here);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OwnershipException(
                $"Nothing can be moved from {Path.GetDirectoryName(source.Path)} to {Path.GetDirectoryName(target.Path)} and back: {e.Message}.",
                "Both must be there, in one file system, and be writable.", e);
        }
        finally
        {
            Remove(here);
            Remove(there);
        }
    }

    private static string ProbeAt(string path) => Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.probe");

    private static void Remove(string probe)
    {
        try
        {
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // what could not be written is not there, and an empty file is nobody's configuration
        }
    }

    private bool Move((string Path, string Place) from, (string Path, string Place) to)
    {
        try
        {
            AtomicRename.Run(from.Path, to.Path);
            return true;
        }
        catch (IOException e) when (!Directory.Exists(Path.GetDirectoryName(to.Path)))
        {
            throw new OwnershipException($"{from.Path} could not be moved to {to.Path}: there is no such folder.", $"See that there is a {to.Place}.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OwnershipException($"{from.Path} could not be moved to {to.Path}: {e.Message}.", remedy, e);
        }
    }
}
