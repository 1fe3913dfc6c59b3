namespace Mtunnel.Hosting;

/// <summary>What is at a unix socket's path, without touching it: a connection tried out would be the one that a waiting QEMU accepts.</summary>
internal static class SocketFile
{
    private const string Listening = "00010000"; // __SO_ACCEPTCON of /proc/net/unix

    // Num RefCount Protocol Flags Type St Inode Path
    public static bool IsListenedAt(string path) => File.ReadLines("/proc/net/unix")
        .Select(line => line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries))
        .Any(fields => fields.Length == 8 && fields[3] == Listening && fields[7] == path);

    /// <summary>Removes it unless somebody listens there.</summary>
    public static void RemoveDead(string path)
    {
        if (!IsListenedAt(path))
        {
            File.Delete(path);
        }
    }
}
