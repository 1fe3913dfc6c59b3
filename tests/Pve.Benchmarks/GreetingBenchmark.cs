using System.Diagnostics;
using System.Globalization;

namespace Pve.Benchmarks;

/// <summary>How long mtunnel takes from its start to its greeting, beside the start of a program that does nothing.</summary>
internal static class GreetingBenchmark
{
    private const double LimitMs = 20;

    public static async Task<int> RunAsync(string path, int runs, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("pve-").FullName;
        var (greeting, nothing) = (new Figures(), new Figures());
        try
        {
            for (var run = 0; run < runs; run++)
            {
                nothing.Add(await TimeAsync("/bin/true", [], cancellationToken));
                greeting.Add(await TimeAsync(path, ["--qmp-dir", directory], cancellationToken));
            }
        }
        finally
        {
            Directory.Delete(directory);
        }

        Console.WriteLine($"start of /bin/true to its end   {nothing} ms");
        Console.WriteLine($"start of mtunnel to its greeting{greeting} ms");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio to the limit of {LimitMs} ms: {greeting.Median / LimitMs:0.00}"));
        return 0;
    }

    private static async Task<TimeSpan> TimeAsync(string path, string[] arguments, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(path, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var first = await process.StandardOutput.ReadLineAsync(cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        return arguments.Length == 0 || first == "tunnel online" ? took : throw new InvalidOperationException($"{path} greeted with '{first}'.");
    }
}
