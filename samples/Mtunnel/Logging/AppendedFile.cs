using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mtunnel.Logging;

/// <summary>A file that several processes append lines to, none over another's: ssh starts one mtunnel for each VM.</summary>
internal static class AppendedFile
{
    private const int StandardError = 2; // STDERR_FILENO
    private const int SetFlags = 4; // F_SETFL
    private const int Append = 0x400; // O_APPEND

    /// <summary>Opens it; where it has to be made, only its owner may read it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static FileStream Open(string path)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete, // else it would be locked, and a log rotated away could not be
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return Appending(new FileStream(path, options));
    }

    /// <summary>Standard error by itself: those of <see cref="Console"/> share a lock, and where nobody reads this one, standard output would wait as well.</summary>
    public static FileStream OpenStandardError() => Appending(new FileStream(new SafeFileHandle(StandardError, ownsHandle: false), FileAccess.Write, bufferSize: 0));

    private static FileStream Appending(FileStream file)
    {
        if (OperatingSystem.IsLinux() && file.CanSeek)
        {
            _ = Control(file.SafeFileHandle.DangerousGetHandle().ToInt32(), SetFlags, Append); // .NET's own "append" only goes to the end once
        }

        return file;
    }

#pragma warning disable SYSLIB1054 // LibraryImport would want unsafe code for the whole project
    [DllImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Control(int descriptor, int command, int flags);
#pragma warning restore SYSLIB1054
}
