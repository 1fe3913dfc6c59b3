using Pve.Migration.Testing;

namespace Pve.Chaos.Verdict;

/// <summary>What is in the folders of QEMUs before a migration: their sockets, and the images of their disks.</summary>
internal sealed class HostFiles(params GuestHost[] hosts)
{
    private readonly HashSet<string> _before = [.. hosts.SelectMany(Files)];

    /// <summary>What a QEMU that lives has besides; one that was killed could take nothing away.</summary>
    public IEnumerable<string> Left => hosts.Where(host => !host.Process.Exited.IsCompleted).SelectMany(Files).Except(_before);

    private static string[] Files(GuestHost host) => Directory.GetFiles(host.Folder);
}
