using System.Diagnostics;
using System.Globalization;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace Pve.Benchmarks.Tunnel;

/// <summary>
/// What a target costs whose tunnel never tells a version: a whole migration, from the first step to the last, against one without a tunnel and
/// one with v1. In virtual time, where the difference has to be nothing at all; then in turn on real QEMU, where there is one.
/// </summary>
internal static class SilentPeerBenchmark
{
    private const int VmId = 100;

    private static readonly string[] Ways = ["no tunnel", "v1", "silent v0"];

    public static async Task<int> RunAsync(int runs, CancellationToken cancellationToken)
    {
        var kept = await SimulateAsync(cancellationToken);
        if (await QemuInstall.FindAsync(cancellationToken: cancellationToken) is null)
        {
            Console.WriteLine($"real QEMU: none ({QemuInstall.DefaultBinary} is not in PATH)");
        }
        else
        {
            await MigrateAsync(runs, cancellationToken);
        }

        return kept ? 0 : 1;
    }

    private static async Task<bool> SimulateAsync(CancellationToken cancellationToken)
    {
        var totals = new Dictionary<string, TimeSpan>();
        foreach (var way in Ways)
        {
            var time = new VirtualTime();
            totals[way] = await time.RunAsync(() => SimulateAsync(way, time, cancellationToken), cancellationToken);
        }

        foreach (var way in Ways)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"simulated, {way,-10} {totals[way].TotalMilliseconds,12:0.0000} ms   silent v0 adds {(totals["silent v0"] - totals[way]).TotalMilliseconds:0.0000} ms"));
        }

        var kept = totals.Values.Distinct().Count() == 1;
        Console.WriteLine($"limit: 0 in virtual time: {(kept ? "kept" : "MISSED")}");
        return kept;
    }

    private static async Task<TimeSpan> SimulateAsync(string way, VirtualTime time, CancellationToken cancellationToken)
    {
        await using var pair = new SimulatedPair(new SimulatedLinkOptions { TimeProvider = time }, new SimulatedQemuOptions { MemoryBytes = 2L << 30 });
        var options = new QmpClientOptions { TimeProvider = time };
        await using var source = await QmpClient.ConnectAsync(pair.Source.OpenMonitor(), "source", options, cancellationToken);
        await using var monitor = await QmpClient.ConnectAsync(pair.Target.OpenMonitor(), "target", options, cancellationToken);
        await using var handler = new QmpMtunnelHandler((_, token) => QmpClient.ConnectAsync(pair.Target.OpenMonitor(), "handler", options, token));
        var migrator = new LiveMigrator(new LiveMigratorOptions { TimeProvider = time });
        await handler.ConnectAsync(VmId, cancellationToken);
        await using var target = NewTarget(way, new IncomingQemu(monitor, "unix:/simulated"), handler, time);
        var before = time.Elapsed;
        await RunAsync(way, migrator, source, target, cancellationToken);
        return time.Elapsed - before;
    }

    private static async Task MigrateAsync(int runs, CancellationToken cancellationToken)
    {
        // the guest removes its folder itself
        await using var guest = await TravellingGuest.BootAsync(
            new TravellingGuestOptions { Directory = Directory.CreateTempSubdirectory("pve-").FullName, VmId = VmId }, cancellationToken);
        var totals = Ways.ToDictionary(way => way, _ => new Figures());
        var migrator = new LiveMigrator();
        for (var run = -1; run < runs; run++)
        {
            foreach (var way in Ways)
            {
                var total = await MoveAsync(guest, way, migrator, cancellationToken);
                if (run >= 0)
                {
                    totals[way].Add(total); // the first round only warms up
                }
            }
        }

        foreach (var way in Ways)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"real, {way,-15} {totals[way]} ms   ratio of silent v0 to it {totals["silent v0"].Median / totals[way].Median:0.00}"));
        }
    }

    private static async Task<TimeSpan> MoveAsync(TravellingGuest guest, string way, LiveMigrator migrator, CancellationToken cancellationToken)
    {
        var source = guest.Host;
        var host = await guest.StartTargetAsync(cancellationToken: cancellationToken);
        await using var handler = new QmpMtunnelHandler(_ => QmpEndpoint.Unix(host.Process.QmpPath));
        await handler.ConnectAsync(VmId, cancellationToken);
        await using var target = NewTarget(way, host.AsIncoming(), handler, TimeProvider.System);
        var start = Stopwatch.GetTimestamp();
        await RunAsync(way, migrator, source.Monitor, target, cancellationToken);
        var total = Stopwatch.GetElapsedTime(start);
        await guest.ArriveAsync(host, cancellationToken);
        await guest.EndAsync(source);
        return total;
    }

    // What the tunnel cannot do goes straight to the monitor, so that nothing but the tunnel is compared.
    private static IMigrationTarget NewTarget(string way, IncomingQemu incoming, QmpMtunnelHandler handler, TimeProvider time)
    {
        var server = new MtunnelServerOptions { Dialect = way == "v1" ? MtunnelDialect.V1 : MtunnelDialect.V0 };
        return way == "no tunnel"
            ? new LocalTarget(incoming)
            : new TunnelTarget(
                incoming, new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, handler, server, token)),
                new LocalTarget(incoming), new MtunnelClientOptions { TimeProvider = time });
    }

    private static async Task RunAsync(
        string way, LiveMigrator migrator, QmpClient source, IMigrationTarget target, CancellationToken cancellationToken)
    {
        var report = await migrator.MigrateAsync(new MigrationRequest { VmId = VmId, Source = source, Target = target }, cancellationToken: cancellationToken);
        var heard = target.Dialect ?? "no tunnel";
        if (report.Outcome is not MigrationOutcome.Migrated || heard != (way == "silent v0" ? "v0" : way))
        {
            throw new InvalidOperationException($"{way}: {report.Outcome}, {heard}");
        }
    }
}
