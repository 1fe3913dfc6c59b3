using Pve.Migration;

namespace Mtunnel.Hosting;

/// <summary>One at a time starts, ends or allocates for a VM, whichever mtunnel it is. The file stays, empty.</summary>
internal static class HostLock
{
    /// <exception cref="MtunnelRefusedException">Another one is at it.</exception>
    public static FileStream Take(GuestPaths paths)
    {
        try
        {
            return PrivateFile.Open(paths.Lock, FileMode.OpenOrCreate);
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException))
        {
            throw new MtunnelRefusedException($"another tunnel is at work on VM {paths.Vmid}; try again");
        }
    }
}
