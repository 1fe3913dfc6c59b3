using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;

namespace Pve.Migration.Transports;

// The one question .NET cannot answer about a file: is it a socket?
internal static class UnixFile
{
    private const int AtFdCwd = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const uint StatxType = 1;
    private const int TypeMask = 0xF000;
    private const int TypeSocket = 0xC000;

    // On Linux exact, by statx(2), whose layout is the same on every architecture: 256 bytes, u16 stx_mode at 28.
    // Elsewhere a file that exists is taken for one: nothing but ssh's own socket is ever asked about.
    public static bool IsSocket(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Path.Exists(path);
        }

        byte[] stat = new byte[256];
        return Statx(AtFdCwd, path, AtSymlinkNoFollow, StatxType, stat) == 0
            && (MemoryMarshal.Read<ushort>(stat.AsSpan(28)) & TypeMask) == TypeSocket;
    }

    public static void RemoveSocket(string path, string transport, ILogger logger)
    {
        if (!IsSocket(path))
        {
            return;
        }

        try
        {
            File.Delete(path);
            logger.SocketRemoved(transport, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.SocketNotRemoved(transport, path, e.Message);
        }
    }

#pragma warning disable SYSLIB1054 // LibraryImport would want unsafe code for the whole project
    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] buffer);
#pragma warning restore SYSLIB1054
}
