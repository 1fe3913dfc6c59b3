using System.Globalization;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Benchmarks;

/// <summary>
/// The pause from STOP to RESUME: of a target that starts itself, with nobody in between, and of each way that waits for a word of ours.
/// They are taken in turn, so that whatever else the machine does meets all of them.
/// </summary>
internal sealed class PauseBenchmark : IAsyncDisposable
{
    private const int VmId = 100;
    private const string ItStartsItself = "starts itself";
    private const string ItStartsItselfOverSsh = "starts itself, ssh";

    private readonly TravellingGuest _guest;
    private readonly string? _ssh;
    private readonly string? _sshConfig;
    private readonly string _mtunnel;
    private readonly LiveMigrator _migrator = new();

    private PauseBenchmark(TravellingGuest guest, string? ssh, string? sshConfig, string? mtunnel)
        => (_guest, _ssh, _sshConfig, _mtunnel) = (guest, ssh, sshConfig, mtunnel ?? Path.Combine(AppContext.BaseDirectory, "mtunnel"));

    public static async Task<int> RunAsync(int runs, string? ssh, string? sshConfig, string? mtunnel, CancellationToken cancellationToken)
    {
        var guest = await TravellingGuest.BootAsync(
            new TravellingGuestOptions { Directory = Directory.CreateTempSubdirectory("pve-").FullName, VmId = VmId }, cancellationToken);
        await using var benchmark = new PauseBenchmark(guest, ssh, sshConfig, mtunnel);
        List<string> ways = [ItStartsItself, "local", "tunnel in process", .. ssh is null ? Array.Empty<string>() : [ItStartsItselfOverSsh, "tunnel over ssh"]];
        var pauses = ways.ToDictionary(way => way, _ => new Figures());
        var gaps = ways.ToDictionary(way => way, _ => new Figures());
        var (unexplained, againstGuest) = (new Figures(), new Figures());
        for (var run = -1; run < runs; run++)
        {
            foreach (var way in ways)
            {
                var (pause, gap, explained, seen) = await benchmark.MoveAsync(way, cancellationToken);
                if (run < 0)
                {
                    continue; // the first round only warms up
                }

                pauses[way].Add(pause);
                gaps[way].Add(gap);
                if (explained is { } lines)
                {
                    unexplained.Add((lines - pause).Duration());
                    againstGuest.Add((seen - pause).Duration());
                }
            }
        }

        var memory = await guest.CheckMemoryAsync(cancellationToken);
        Print(ways, pauses, gaps);
        Console.WriteLine($"ledger's lines against the pause{unexplained} ms");
        Console.WriteLine($"guest's clock against the pause {againstGuest} ms");
        var heartbeat = guest.Heartbeat.Report();
        Console.WriteLine($"guest: {heartbeat.Handovers.Count} handovers, {heartbeat.TicksLost} ticks lost, {heartbeat.TicksRepeated} repeated; RAM {memory}");
        return memory.Intact && heartbeat.Perfect ? 0 : 1;
    }

    public ValueTask DisposeAsync() => _guest.DisposeAsync();

    private static void Print(List<string> ways, Dictionary<string, Figures> pauses, Dictionary<string, Figures> gaps)
    {
        var peer = ItStartsItself;
        foreach (var way in ways)
        {
            peer = way == ItStartsItselfOverSsh ? way : peer;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{way,-18} pause        {pauses[way]} ms   ratio to '{peer}' {pauses[way].Median / pauses[peer].Median:0.00}"));
            Console.WriteLine($"{"",-18} handover gap {gaps[way]} ms");
        }
    }

    private async Task<(TimeSpan Pause, TimeSpan Gap, TimeSpan? Explained, TimeSpan Seen)> MoveAsync(string way, CancellationToken cancellationToken)
    {
        var source = _guest.Host;
        var host = await _guest.StartTargetAsync(cancellationToken: cancellationToken);
        var moved = way switch
        {
            ItStartsItself => await MoveByItselfAsync(source, host, host.MigrationPath, cancellationToken),
            ItStartsItselfOverSsh => await MoveByItselfOverSshAsync(source, host, cancellationToken),
            _ => await MoveByUsAsync(way, source, host, cancellationToken),
        };
        await _guest.ArriveAsync(host, cancellationToken);
        await _guest.EndAsync(source);
        return (moved.Pause, moved.Gap, moved.Explained, _guest.Heartbeat.Report().Handovers[^1].Gap);
    }

    private async Task<(TimeSpan Pause, TimeSpan Gap, TimeSpan? Explained)> MoveByUsAsync(
        string way, GuestHost source, GuestHost host, CancellationToken cancellationToken)
    {
        await using var handler = new QmpMtunnelHandler(_ => QmpEndpoint.Unix(host.Process.QmpPath));
        if (way == "tunnel in process")
        {
            await handler.ConnectAsync(VmId, cancellationToken);
        }

        await using IMigrationTarget target = way switch
        {
            "local" => new LocalTarget(host.AsIncoming()),
            "tunnel in process" => new TunnelTarget(
                host.AsIncoming(), new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, handler, null, token))),
            _ => OverSsh(host),
        };
        var report = await _migrator.MigrateAsync(
            new MigrationRequest { VmId = VmId, Source = source.Monitor, Target = target }, cancellationToken: cancellationToken);
        return report.Outcome is MigrationOutcome.Migrated
            ? (report.Ledger.Paused!.Value, report.Ledger.HandoverGap!.Value, report.Ledger.Explained)
            : throw new InvalidOperationException($"{way}: {report.Outcome}");
    }

    private TunnelTarget OverSsh(GuestHost host) => new(host.AsIncoming(Forward(host)), Ssh(host));

    private static string Forward(GuestHost host) => Path.Combine(host.Folder, "forward");

    private SshTransport Ssh(GuestHost host) => new(new SshTransportOptions
    {
        Host = _ssh!,
        ConfigFile = _sshConfig,
        Forwards = [new SocketForward(Forward(host), host.MigrationPath)],
        RemoteCommand = [_mtunnel, "--qmp-dir", host.Folder, "--vmid", VmId.ToString(CultureInfo.InvariantCulture)],
    });

    // The peer of the tunnel over ssh: the RAM goes the same way, and nobody has to be told.
    private async Task<(TimeSpan Pause, TimeSpan Gap, TimeSpan? Explained)> MoveByItselfOverSshAsync(
        GuestHost source, GuestHost host, CancellationToken cancellationToken)
    {
        await using var tunnel = await MtunnelClient.OpenAsync(Ssh(host), cancellationToken: cancellationToken);
        var moved = await MoveByItselfAsync(source, host, Forward(host), cancellationToken);
        await tunnel.QuitAsync(cancellationToken);
        return moved;
    }

    // cont arms the start of a target that still waits: nobody is asked when it has loaded. Else all is set as the migrator sets it.
    private static async Task<(TimeSpan Pause, TimeSpan Gap, TimeSpan? Explained)> MoveByItselfAsync(
        GuestHost source, GuestHost host, string path, CancellationToken cancellationToken)
    {
        var settings = new MigrateSetCapabilities(
        [
            new(MigrationCapability.Events, true), new(MigrationCapability.ReturnPath, true), new(MigrationCapability.LateBlockActivate, true),
        ]);
        using var left = source.Monitor.Subscribe("STOP");
        using var arrived = host.Monitor.Subscribe("RESUME");
        await source.Monitor.ExecuteAsync(QmpCommands.MigrateSetCapabilities, settings, cancellationToken: cancellationToken);
        await host.Monitor.ExecuteAsync(QmpCommands.MigrateSetCapabilities, settings, cancellationToken: cancellationToken);
        var limits = new MigrationParameters { MaxBandwidth = 16L << 30, DowntimeLimit = TimeSpan.FromMilliseconds(30) };
        await source.Monitor.ExecuteAsync(QmpCommands.MigrateSetParameters, limits, cancellationToken: cancellationToken);
        await host.Monitor.ExecuteAsync(QmpCommands.MigrateIncoming, new MigrateIncoming("unix:" + host.MigrationPath), cancellationToken: cancellationToken);
        await host.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken);
        await source.Monitor.ExecuteAsync(QmpCommands.Migrate, new Migrate("unix:" + path), cancellationToken: cancellationToken);
        var (stop, resume) = (await left.ReadAsync(cancellationToken), await arrived.ReadAsync(cancellationToken));
        return (resume.Timestamp - stop.Timestamp, TimeSpan.Zero, null);
    }
}
