using System.Globalization;
using Pve.Migration;
using Pve.Migration.Testing;

namespace Pve.Benchmarks;

/// <summary>
/// The predicted pause against the measured one, on real QEMU over a link of limited speed, for guests that dirty from nothing to twice what the link
/// carries. Within 25 % or 5 ms is good; nine of ten have to be.
/// </summary>
internal static class PredictionBenchmark
{
    private const int VmId = 100;
    private const double Share = 0.25;
    private const double Goal = 0.9;
    private const double LeastMs = 5;

    private static readonly double[] Loads = [0, 0.25, 0.5, 0.75, 1, 1.5, 2];

    public static async Task<int> RunAsync(int runs, int linkMiB, CancellationToken cancellationToken)
    {
        var (good, all) = (0, 0);
        var migrator = new LiveMigrator();
        foreach (var load in Loads)
        {
            await using var guest = await BootAsync(load, linkMiB, cancellationToken);
            if (load == Loads[0])
            {
                await MoveAsync(new LiveMigrator(), guest, linkMiB, cancellationToken); // the first of a process pauses for longer, and teaches nothing
            }

            for (var run = -1; run < runs; run++)
            {
                var report = await MoveAsync(migrator, guest, linkMiB, cancellationToken);
                var (predicted, paused) = (report.PredictedPause!.Value.TotalMilliseconds, report.Ledger.Paused!.Value.TotalMilliseconds);
                var off = Math.Abs(predicted - paused);
                var isGood = off <= LeastMs || off <= Share * paused;
                var counts = run >= 0; // the first of each only teaches
                (good, all) = counts ? (good + (isGood ? 1 : 0), all + 1) : (good, all);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"dirties {load,4:0.00} of the link   predicted {predicted,9:0.00} ms   measured {paused,9:0.00} ms   {(!counts ? "teaches" : isGood ? "good" : "OFF"),-8} limit {report.Statistics.DowntimeLimit.TotalMilliseconds:0} ms"));
            }
        }

        var kept = good >= Goal * all;
        Console.WriteLine($"limit: within 25 % or 5 ms in nine of ten: {good} of {all}: {(kept ? "kept" : "MISSED")}");
        return kept ? 0 : 1;
    }

    // One that dirties nothing has written all of its RAM once: what was never written lies at the end of it, and is sent as zeros faster than a target reads
    // them, so that the target is still at it when the guest is paused.
    private static Task<TravellingGuest> BootAsync(double load, int linkMiB, CancellationToken cancellationToken)
    {
        var span = load == 0 ? linkMiB : (int)Math.Ceiling(load * linkMiB);
        return TravellingGuest.BootAsync(
            new TravellingGuestOptions
            {
                Directory = Directory.CreateTempSubdirectory("pve-").FullName,
                VmId = VmId,
                SpanMiB = span,
                PagesPerTick = load == 0 ? 0 : null,
                MemoryMiB = load == 0 ? new BootSectorGuest(span, 0).MinimumMemoryMiB : span + 64,
            },
            cancellationToken);
    }

    private static async Task<MigrationReport> MoveAsync(LiveMigrator migrator, TravellingGuest guest, int linkMiB, CancellationToken cancellationToken)
    {
        var source = guest.Host;
        var host = await guest.StartTargetAsync(cancellationToken: cancellationToken);
        var near = Path.Combine(host.Folder, "slow");
        await using var link = new SlowLink(near, host.MigrationPath, linkMiB * 1024L * 1024);
        await using var target = new LocalTarget(host.AsIncoming(near));
        var report = await migrator.MigrateAsync(
            new MigrationRequest
            {
                VmId = VmId,
                Source = source.Monitor,
                Target = target,
                Goal = new MigrationGoal { Pause = TimeSpan.FromMilliseconds(300), Time = TimeSpan.FromSeconds(8), Else = GoalFallback.Pause },
            },
            cancellationToken: cancellationToken);
        if (report.Outcome is not MigrationOutcome.Migrated)
        {
            throw new InvalidOperationException($"{report.Outcome}");
        }

        await guest.ArriveAsync(host, cancellationToken);
        await guest.EndAsync(source);
        return report;
    }
}
