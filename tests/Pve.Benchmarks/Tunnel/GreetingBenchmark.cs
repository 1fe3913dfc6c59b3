using System.Diagnostics;
using System.Globalization;

namespace Pve.Benchmarks.Tunnel;

/// <summary>
/// How long mtunnel takes from its start to its greeting, beside the start of a program that does nothing; and the memory that it then has.
/// </summary>
internal static class GreetingBenchmark
{
    private const double LimitMs = 20;
    private const double LimitMb = 30;

    public static async Task<int> RunAsync(string path, int runs, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("pve-").FullName;
        var (greeting, nothing, resident, peak) = (new Figures(), new Figures(), new Figures(), new Figures());
        try
        {
            for (var run = 0; run < runs; run++)
            {
                nothing.Add((await StartAsync("/bin/true", [], cancellationToken)).Took);
                var mtunnel = await StartAsync(path, ["--qmp-dir", directory], cancellationToken);
                greeting.Add(mtunnel.Took);
                resident.Add(mtunnel.Resident);
                peak.Add(mtunnel.Peak);
            }
        }
        finally
        {
            Directory.Delete(directory);
        }

        Console.WriteLine($"start of /bin/true to its end   {nothing} ms");
        Console.WriteLine($"start of mtunnel to its greeting{greeting} ms");
        Console.WriteLine($"resident when it has greeted    {resident} MB");
        Console.WriteLine($"resident at most until then     {peak} MB");
        var kept = greeting.Median <= LimitMs && peak.Median <= LimitMb;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"ratio to the limits of {LimitMs} ms: {greeting.Median / LimitMs:0.00}, and of {LimitMb} MB: {peak.Median / LimitMb:0.00}: {(kept ? "kept" : "MISSED")}"));
        return kept ? 0 : 1;
    }

    // No arguments: a program that says nothing and ends.
    private static async Task<(TimeSpan Took, double Resident, double Peak)> StartAsync(string path, string[] arguments, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var first = await process.StandardOutput.ReadLineAsync(cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        var (resident, peak) = arguments.Length == 0 ? (0, 0) : await MemoryAsync(process.Id, cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return arguments.Length == 0 || first == "tunnel online"
            ? (took, resident, peak)
            : throw new InvalidOperationException($"{path} greeted with '{first}'.");
    }

    // VmRSS:	    8832 kB
    private static async Task<(double Resident, double Peak)> MemoryAsync(int process, CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync($"/proc/{process}/status", cancellationToken);
        return (Megabytes("VmRSS:"), Megabytes("VmHWM:"));

        double Megabytes(string name)
        {
            var line = lines.Single(line => line.StartsWith(name, StringComparison.Ordinal));
            return long.Parse(line[name.Length..^3], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) * 1024 / 1e6;
        }
    }
}
