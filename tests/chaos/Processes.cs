using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Pve.Chaos;

/// <summary>The processes of this machine, by their numbers, with Linux's signals.</summary>
internal static partial class Processes
{
    public const int Kill = 9;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <summary>Sends a signal; one that is gone takes none.</summary>
    public static void Signal(int pid, int signal) => _ = Send(pid, signal);

    /// <summary>Whether there is such a process, dead but not reaped ones included.</summary>
    public static bool IsAlive(int pid) => Directory.Exists($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>Those of a name that were started with something in their arguments.</summary>
    public static IReadOnlyList<int> Find(string name, string argument) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
            .Where(pid => pid > 0 && Read(pid, "comm").TrimEnd('\n') == name && Read(pid, "cmdline").Contains(argument, StringComparison.Ordinal)),
    ];

    // Many end while they are looked at.
    private static string Read(int pid, string what)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/{what}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Send(int pid, int signal);
}
