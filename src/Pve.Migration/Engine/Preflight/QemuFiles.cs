using Pve.Qmp;

namespace Pve.Migration.Engine.Preflight;

/// <summary>The files that a QEMU of this host sees, by the paths that it sees them at: its root may be another than ours.</summary>
/// <param name="root">What its paths begin at; empty for our own root.</param>
/// <param name="areCertain">Whether they surely are its own.</param>
internal sealed class QemuFiles(string root, bool areCertain)
{
    private const string UnixScheme = "unix:";
    private const int MostLinks = 40; // as Linux has it

    /// <summary>Whether they surely are that QEMU's. A monitor's path may be a forward's, and its QEMU on another host.</summary>
    public bool AreCertain => areCertain;

    /// <summary>Those of the QEMU behind a monitor; null where nothing says that it is on this host.</summary>
    public static QemuFiles? Of(QmpClient monitor)
        => monitor.PeerProcessId is { } id && IsQemu(id) ? new QemuFiles($"/proc/{id}/root", areCertain: true)
            : monitor.Name.StartsWith(UnixScheme, StringComparison.Ordinal) ? new QemuFiles("", areCertain: false)
            : null;

    /// <summary>Where such a file is for us. Links are followed by us: the kernel would take an absolute one from our own root.</summary>
    /// <exception cref="IOException">Its links lead nowhere.</exception>
    public string Find(string path)
    {
        var (found, links) = (root, 0);
        var ahead = new Stack<string>();
        Follow(path);
        while (ahead.TryPop(out var name))
        {
            if (name == "..")
            {
                found = found.Length > root.Length ? found[..found.LastIndexOf('/')] : root;
            }
            else if (new FileInfo($"{found}/{name}").LinkTarget is not { } link)
            {
                found = $"{found}/{name}";
            }
            else if (++links <= MostLinks)
            {
                Follow(link);
            }
            else
            {
                throw new IOException($"{path} has too many links.");
            }
        }

        return found;

        void Follow(string next)
        {
            found = next.StartsWith('/') ? root : found;
            foreach (var part in next.Split('/').Reverse().Where(part => part is not ("" or ".")))
            {
                ahead.Push(part);
            }
        }
    }

    // such as qemu-system-x86_64 or qemu-kvm; a link's name, like Proxmox VE's kvm, does not show there
    private static bool IsQemu(int processId)
    {
        try
        {
            return Path.GetFileName(new FileInfo($"/proc/{processId}/exe").LinkTarget)?.StartsWith("qemu-", StringComparison.Ordinal) == true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // it is gone, or another user's
        }
    }
}
