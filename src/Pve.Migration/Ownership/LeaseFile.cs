using System.Globalization;

namespace Pve.Migration.Ownership;

/// <summary>
/// One guest's lease in a folder.
/// <code>
/// VMID.owner       pve1 7     who owns it, and the token
/// VMID.owner.next  pve2 8     what one rename would make of it
/// VMID.owner.claim pve2 8     which one was used last to let the guest run
/// VMID.owner.lock             held by whoever changes one of them
/// </code>
/// </summary>
internal sealed class LeaseFile(string folder, int vmId)
{
    private readonly string _path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{vmId}.owner"));

    private string NextPath => _path + ".next";

    private string ClaimPath => _path + ".claim";

    private string LockPath => _path + ".lock";

    /// <summary>Keeps everybody else from changing the lease; it ends with this process at the latest.</summary>
    /// <exception cref="OwnershipException">Somebody changes it, or the folder cannot be written.</exception>
    public IDisposable Hold()
    {
        try
        {
            return new FileStream(LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("cannot be changed now", e);
        }
    }

    /// <summary>Who owns the guest; null where nobody has ever.</summary>
    public OwnershipLease? Read() => Read(_path);

    /// <summary>What was prepared; null where nothing is.</summary>
    public OwnershipLease? ReadNext() => Read(NextPath);

    /// <summary>What was used last; null where nothing was.</summary>
    public OwnershipLease? ReadClaim() => Read(ClaimPath);

    /// <summary>Writes what <see cref="Advance"/> makes the lease, through to the disk.</summary>
    public void WriteNext(OwnershipLease lease) => Write(NextPath, lease);

    /// <summary>Notes that <paramref name="lease"/> is used, through to the disk.</summary>
    public void WriteClaim(OwnershipLease lease) => Write(ClaimPath, lease);

    /// <summary>Makes what was prepared the lease.</summary>
    public void Advance()
    {
        try
        {
            AtomicRename.Run(NextPath, _path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("cannot be handed over", e);
        }
    }

    /// <summary>Forgets what was prepared.</summary>
    public void DropNext()
    {
        try
        {
            File.Delete(NextPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("cannot be tidied up", e);
        }
    }

    private void Write(string path, OwnershipLease lease)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
            file.Write(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{lease.Owner} {lease.Token}\n")));
            file.Flush(flushToDisk: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("cannot be written", e);
        }
    }

    private OwnershipLease? Read(string path)
    {
        try
        {
            var text = File.ReadAllText(path).TrimEnd('\n');
            var space = text.LastIndexOf(' ');
            return space > 0 && long.TryParse(text.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var token)
                ? new OwnershipLease(vmId, text[..space], token)
                : throw new OwnershipException($"{path} is no lease: one line of an owner and a token makes one.", "Find out who owns the guest, and write it.");
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("cannot be read", e);
        }
    }

    private OwnershipException Failed(string what, Exception cause)
        => new($"The lease of VM {vmId} in {folder} {what}: {cause.Message}", "See that the folder is there and writable, and that nobody else migrates the guest.", cause);
}
