using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>Implementations of <see cref="IMtunnelLeases"/>.</summary>
public static class MtunnelLeases
{
    /// <summary>Those of this process, for a service that serves every tunnel itself.</summary>
    public static IMtunnelLeases Process { get; } = new ProcessLeases();

    /// <summary>Those of a host, for tunnels that are processes of their own, as ssh starts them: <c>VMID.lease</c> in a directory, and <c>VMID.NAME.tunnel</c> for each that is there.</summary>
    /// <param name="directory">An existing directory on a local file system. The first stays there, empty, when its lease has ended.</param>
    /// <param name="time">The clock of the wait for another that looks; the system's unless given.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static IMtunnelLeases InDirectory(string directory, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        return Directory.Exists(directory)
            ? new DirectoryLeases(directory, time ?? TimeProvider.System)
            : throw new DirectoryNotFoundException($"{directory} is no directory; leases are kept in one that exists.");
    }
}
