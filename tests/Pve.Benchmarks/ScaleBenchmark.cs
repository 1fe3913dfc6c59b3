using System.Diagnostics;
using System.Globalization;
using Pve.Migration;
using Pve.Migration.Testing;

namespace Pve.Benchmarks;

/// <summary>
/// Many migrations at once in one process, from the opened tunnel to the ended source, in virtual time: what each takes and holds, which must not
/// grow with their number beyond a limit. Each number has a process of its own, because the peak is the process's.
/// </summary>
internal static class ScaleBenchmark
{
    private const int VmId = 100;
    private const double Limit = 2;

    private static readonly int[] Counts = [10, 100, 1_000, 10_000];

    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var (first, firstHeld, most) = (0.0, 0.0, 0.0);
        foreach (var count in Counts)
        {
            if (await MeasureAsync(count, cancellationToken) is not (var seconds, var bytes))
            {
                return 1;
            }

            var (each, held) = (seconds * 1000 / count, bytes / 1024 / count);
            (first, firstHeld) = first == 0 ? (each, held) : (first, firstHeld);
            most = Math.Max(most, Math.Max(each / first, held / firstHeld));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{count,6} at once   {seconds,8:0.00} s   {each,7:0.00} ms each, ratio to the first's {each / first:0.00}   {held,7:0} KiB each, ratio to the first's {held / firstHeld:0.00}"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"limit: time and memory of each at most {Limit:0.0} times the first's: {most:0.00} at the most: {(most <= Limit ? "kept" : "MISSED")}"));
        return most <= Limit ? 0 : 1;
    }

    /// <summary>Runs so many and prints the seconds they took and the bytes that the process's peak has grown by.</summary>
    public static async Task MigrateAsync(int count, CancellationToken cancellationToken)
    {
        await MigrateAllAsync(10, cancellationToken); // whatever the first ones cost
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var before = PeakMemory.Reset();
        var start = Stopwatch.GetTimestamp();
        await MigrateAllAsync(count, cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.TotalSeconds} {PeakMemory.Read() - before}"));
    }

    /// <summary>Null where it did not work out, which it has told.</summary>
    private static async Task<(double Seconds, double Bytes)?> MeasureAsync(int count, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["scale", "--count", count.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        var answer = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).Split(' ', StringSplitOptions.TrimEntries);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode == 0 && answer is [var first, var second]
            && double.TryParse(first, CultureInfo.InvariantCulture, out var seconds) && double.TryParse(second, CultureInfo.InvariantCulture, out var bytes))
        {
            return (seconds, bytes);
        }

        await Console.Error.WriteLineAsync($"{count} at once failed in their own process, which ended with {process.ExitCode}; what it said is above.");
        return null;
    }

    private static Task MigrateAllAsync(int count, CancellationToken cancellationToken)
    {
        var time = new VirtualTime { RealTimeLimit = TimeSpan.FromHours(1) };
        return time.RunAsync(
            () => Task.WhenAll(Enumerable.Range(0, count).Select(_ => MigrateOneAsync(time, cancellationToken))), cancellationToken);
    }

    private static async Task MigrateOneAsync(VirtualTime time, CancellationToken cancellationToken)
    {
        await using var cluster = new VirtualCluster(new VirtualClusterOptions { Link = new SimulatedLinkOptions { TimeProvider = time } });
        await using var source = await cluster.ConnectSourceAsync(cancellationToken: cancellationToken);
        await using var monitor = await cluster.ConnectTargetAsync(cancellationToken: cancellationToken);
        await using var target = new TunnelTarget(
            cluster.Incoming(monitor), cluster.Tunnel(MtunnelDialect.V2, VmId), options: new MtunnelClientOptions { TimeProvider = time });
        var migrator = new LiveMigrator(new LiveMigratorOptions { TimeProvider = time });
        var report = await migrator.MigrateAsync(
            new MigrationRequest { VmId = VmId, Source = source, Target = target }, cancellationToken: cancellationToken);
        if (report.Outcome is not MigrationOutcome.Migrated)
        {
            throw new InvalidOperationException($"{report.Outcome}");
        }
    }
}
