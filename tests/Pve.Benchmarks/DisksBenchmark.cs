using System.Globalization;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Benchmarks;

/// <summary>
/// The pause of a guest with disks, which it writes all the time and which are mirrored, against that of the same guest without, in turn, on real QEMU:
/// at most 10 ms more with one disk, at most 20 ms more with four. The others are stopped meanwhile, so that only one guest needs the processors.
/// </summary>
internal static class DisksBenchmark
{
    private const int VmId = 100;
    private const int DiskMiB = 256;

    private static readonly (int Disks, double MostMs)[] Ways = [(0, 0), (1, 10), (4, 20)];

    public static async Task<int> RunAsync(int runs, CancellationToken cancellationToken)
    {
        var migrator = new LiveMigrator();
        var guests = new List<TravellingGuest>();
        var pauses = Ways.Select(_ => new Figures()).ToArray();
        var parts = Ways.Select(_ => new Dictionary<string, Figures>()).ToArray();
        try
        {
            foreach (var (disks, _) in Ways)
            {
                guests.Add(await TravellingGuest.BootAsync(
                    new TravellingGuestOptions
                    {
                        Directory = Directory.CreateTempSubdirectory("pve-").FullName,
                        VmId = VmId,
                        DisksMiB = [.. Enumerable.Repeat(DiskMiB, disks)],
                    },
                    cancellationToken));
                await guests[^1].Host.Monitor.ExecuteAsync(QmpCommands.Stop, cancellationToken: cancellationToken);
            }

            for (var run = -1; run < runs; run++)
            {
                foreach (var (index, (disks, _)) in Ways.Index())
                {
                    var ledger = await MoveAsync(migrator, guests[index], disks, cancellationToken);
                    if (run >= 0)
                    {
                        pauses[index].Add(ledger.Paused!.Value); // the first round only warms up
                        AddTo(parts[index], ledger);
                    }
                }
            }
        }
        finally
        {
            foreach (var guest in guests)
            {
                await guest.DisposeAsync();
            }
        }

        var kept = true;
        foreach (var ((disks, most), figures, lines) in Ways.Zip(pauses, parts))
        {
            var more = figures.Median - pauses[0].Median;
            kept &= more <= most;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{disks} disks of {DiskMiB} MiB: pause {figures} ms   {(disks == 0 ? "" : $"{more:0.00} ms more, limit {most} ms: {(more <= most ? "kept" : "MISSED")}")}"));
            foreach (var (name, line) in lines)
            {
                Console.WriteLine($"    {name,-30} {line} ms");
            }
        }

        return kept ? 0 : 1;
    }

    private static void AddTo(Dictionary<string, Figures> parts, DowntimeLedger ledger)
    {
        foreach (var line in ledger.Lines.Where(line => line.Placement is StepPlacement.InsidePause))
        {
            parts.TryAdd(line.Name, new Figures());
            parts[line.Name].Add(line.Duration);
        }
    }

    private static async Task<DowntimeLedger> MoveAsync(LiveMigrator migrator, TravellingGuest guest, int disks, CancellationToken cancellationToken)
    {
        var source = guest.Host;
        await source.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken);
        var host = await guest.StartTargetAsync(cancellationToken: cancellationToken);
        await using var target = new LocalTarget(host.AsIncoming());
        var report = await migrator.MigrateAsync(
            new MigrationRequest
            {
                VmId = VmId,
                Source = source.Monitor,
                Target = target,
                Disks = [.. Enumerable.Range(0, disks).Select(disk => new MigrationDisk($"disk{disk}"))],
            },
            cancellationToken: cancellationToken);
        if (report.Outcome is not MigrationOutcome.Migrated)
        {
            throw new InvalidOperationException($"{report.Outcome}");
        }

        await guest.ArriveAsync(host, cancellationToken);
        await guest.EndAsync(source);
        await guest.Host.Monitor.ExecuteAsync(QmpCommands.Stop, cancellationToken: cancellationToken);
        return report.Ledger;
    }
}
