using System.Runtime.InteropServices;

namespace Pve.Migration.Ownership;

/// <summary>rename(2) and nothing else: where .NET's own cannot rename it copies and deletes, and without 'overwrite' it links and unlinks.</summary>
internal static class AtomicRename
{
    /// <exception cref="IOException">It was not renamed, and nothing is changed.</exception>
    public static void Run(string from, string to)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(from, to, overwrite: true);
        }
        else if (Rename(from, to) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage(), Marshal.GetLastPInvokeError());
        }
    }

#pragma warning disable SYSLIB1054 // LibraryImport would want unsafe code for the whole project
    [DllImport("libc", EntryPoint = "rename", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Rename([MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);
#pragma warning restore SYSLIB1054
}
