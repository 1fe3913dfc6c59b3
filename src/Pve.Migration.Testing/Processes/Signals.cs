using System.Runtime.InteropServices;

namespace Pve.Migration.Testing.Processes;

/// <summary>The two signals .NET has no word for, with Linux's numbers.</summary>
internal static partial class Signals
{
    public const int Continue = 18;
    public const int Stop = 19;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Send(int pid, int signal);
}
