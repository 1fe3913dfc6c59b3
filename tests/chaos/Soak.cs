using System.Diagnostics;
using System.Globalization;
using Pve.Chaos.Orchestration;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Chaos;

/// <summary>One guest, migrated back and forth, over its monitor and over a tunnel in turn: what whoever migrates holds has to stay as it is.</summary>
internal static class Soak
{
    private const int WarmUp = 50;
    private const int Looks = 10;

    public static async Task<int> RunAsync(int migrations, CancellationToken cancellationToken)
    {
        await using var guest = await TravellingGuest.BootAsync(
            new TravellingGuestOptions { Directory = Directory.CreateTempSubdirectory("pve-soak-").FullName, VmId = Assignment.VmId, MemoryMiB = 32, SpanMiB = 8 },
            cancellationToken);
        var migrator = new LiveMigrator();
        var folder = Directory.CreateTempSubdirectory("pve-soak-journal-").FullName;
        using var journal = FileJournal.Open(Path.Combine(folder, "journal"));
        var warm = default(Footprint);
        var last = default(Footprint);
        for (var done = 1; done <= WarmUp + migrations; done++)
        {
            await MigrateAsync(migrator, journal, guest, overTunnel: done % 2 == 0, cancellationToken);
            if (done < WarmUp || (done - WarmUp) % Math.Max(1, migrations / Looks) > 0)
            {
                continue;
            }

            last = Footprint.Take(journal);
            warm ??= last;
            Console.WriteLine($"{done,6} migrations: {last}");
        }

        Directory.Delete(folder, recursive: true);
        var memory = await guest.CheckMemoryAsync(cancellationToken);
        var heartbeat = guest.Heartbeat.Report();
        Console.WriteLine($"guest: {heartbeat.Handovers.Count} handovers, {heartbeat.TicksLost} ticks lost, {heartbeat.TicksRepeated} repeated; RAM {memory}");
        var isFlat = last!.IsFlatAgainst(warm!);
        Console.WriteLine($"open files, threads, memory and journal against those after {WarmUp}: {(isFlat ? "flat" : "GROWN")}");
        return isFlat && heartbeat.Perfect && memory.Intact ? 0 : 1;
    }

    private static async Task MigrateAsync(LiveMigrator migrator, FileJournal journal, TravellingGuest guest, bool overTunnel, CancellationToken cancellationToken)
    {
        var source = guest.Host;
        var host = await guest.StartTargetAsync(cancellationToken: cancellationToken);
        await using var handler = new QmpMtunnelHandler(_ => QmpEndpoint.Unix(host.Process.QmpPath));
        await using IMigrationTarget target = overTunnel
            ? new TunnelTarget(host.AsIncoming(), new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, handler, null, token)))
            : new LocalTarget(host.AsIncoming());
        var report = await migrator.MigrateAsync(
            new MigrationRequest { VmId = Assignment.VmId, Source = source.Monitor, Target = target, Journal = journal }, cancellationToken: cancellationToken);
        if (report.Outcome is not MigrationOutcome.Migrated)
        {
            throw new InvalidOperationException($"{report.Outcome}");
        }

        await guest.ArriveAsync(host, cancellationToken);
        await guest.EndAsync(source);
    }

    private sealed record Footprint(int Files, int Threads, double ManagedMiB, double ResidentMiB, long JournalBytes)
    {
        // A pool thread and a socket that is being closed come and go; the guest's own record of its handovers grows by some hundred bytes each.
        private const int SpareFiles = 4;
        private const int SpareThreads = 4;
        private const double SpareMiB = 4;

        // A poll more or less, and the times' digits.
        private const long SpareJournalBytes = 4096;

        public static Footprint Take(FileJournal journal)
        {
            for (var round = 0; round < 2; round++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            using var self = Process.GetCurrentProcess();
            return new Footprint(
                Directory.GetFiles("/proc/self/fd").Length, self.Threads.Count, GC.GetTotalMemory(forceFullCollection: true) / 1048576.0, self.WorkingSet64 / 1048576.0,
                new FileInfo(journal.Path).Length);
        }

        public bool IsFlatAgainst(Footprint warm)
            => Files <= warm.Files + SpareFiles && Threads <= warm.Threads + SpareThreads && ManagedMiB <= warm.ManagedMiB + SpareMiB
                && ResidentMiB <= (1.25 * warm.ResidentMiB) + SpareMiB && JournalBytes <= warm.JournalBytes + SpareJournalBytes;

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Files} files, {Threads} threads, {ManagedMiB:0.0} MiB managed, {ResidentMiB:0.0} MiB resident, {JournalBytes} bytes of journal");
    }
}
