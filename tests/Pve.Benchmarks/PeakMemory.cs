using System.Globalization;

namespace Pve.Benchmarks;

/// <summary>The most memory that was resident in this process.</summary>
internal static class PeakMemory
{
    /// <summary>In bytes.</summary>
    public static long Read()
    {
        var line = File.ReadLines("/proc/self/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Forgets it: what is resident now is the most. In bytes.</summary>
    public static long Reset()
    {
        File.WriteAllText("/proc/self/clear_refs", "5"); // proc(5)
        return Read();
    }
}
