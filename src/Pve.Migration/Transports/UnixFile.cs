using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Pve.Migration.Diagnostics;

namespace Pve.Migration.Transports;

// What .NET has no word for: is a file a socket, and is a directory's list of files on the disk?
internal static class UnixFile
{
    private const string SocketTable = "/proc/net/unix";
    private const string Accepting = "00010000"; // __SO_ACCEPTCON

    private const int AtFdCwd = -100;
    private const int AtSymlinkNoFollow = 0x100;
    private const int AtEmptyPath = 0x1000;
    private const uint StatxType = 1;
    private const int TypeMask = 0xF000;
    private const int TypeSocket = 0xC000;
    private const int OCloseOnExec = 0x80000;

    // On Linux exact, by statx(2), whose layout is the same on every architecture: 256 bytes, u16 stx_mode at 28.
    // Elsewhere a file that exists is taken for one: nothing but ssh's own socket is ever asked about.
    public static bool IsSocket(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return Path.Exists(path);
        }

        return IsSocket(AtFdCwd, path, AtSymlinkNoFollow);
    }

    // a file that is held open; Linux only
    public static bool IsSocket(int descriptor) => IsSocket(descriptor, "", AtEmptyPath);

    // Asked of the kernel, since trying it out would be the one connection that a listening QEMU accepts. Elsewhere than on Linux,
    // or listened at from another network namespace, it is not seen.
    public static bool IsListenedAt(string path) => FlagsAt(path).Contains(Accepting);

    // Its owner is known and does not listen yet: who connects now is refused.
    public static bool IsOnlyBound(string path) => FlagsAt(path) is { Count: > 0 } flags && !flags.Contains(Accepting);

    // Num RefCount Protocol Flags Type St Inode Path
    private static List<string> FlagsAt(string path) => !OperatingSystem.IsLinux() || !File.Exists(SocketTable)
        ? []
        : [.. File.ReadLines(SocketTable)
            .Select(static line => line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length == 8 && fields[7] == path)
            .Select(static fields => fields[3])];

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

    // Makes a file that was just created in it outlive a loss of power.
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // a file's own flush does it there
        }

        int descriptor = Open(path, flags: 0);
        if (descriptor < 0)
        {
            throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        using var directory = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(directory);
    }

    // open(2) as it is, for what .NET does not open: directories, and files that are only held
    public static int Open(string path, int flags) => OpenFile(path, flags | OCloseOnExec);

    private static bool IsSocket(int directory, string path, int flags)
    {
        byte[] stat = new byte[256];
        return Statx(directory, path, flags, StatxType, stat) == 0
            && (MemoryMarshal.Read<ushort>(stat.AsSpan(28)) & TypeMask) == TypeSocket;
    }

#pragma warning disable SYSLIB1054 // LibraryImport would want unsafe code for the whole project
    [DllImport("libc", EntryPoint = "statx")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int directory, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, byte[] buffer);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int OpenFile([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
#pragma warning restore SYSLIB1054
}
