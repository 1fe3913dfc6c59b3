using System.Globalization;
using System.Net;
using Pve.Chaos.Orchestration;
using Pve.Chaos.Scenarios;
using Pve.Integration.Tests.Ssh;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Chaos.World;

/// <summary>A guest, the QEMU that awaits it, and every connection between them and whoever migrates, each of which can be cut.</summary>
internal sealed class Stage : IAsyncDisposable
{
    private const string ThirdMonitor = "third.qmp"; // the first one is mtunnel's, the second ours
    private const int MemoryMiB = 32;
    private const int SpanMiB = 8;
    private const int DiskMiB = 8;
    private const int PostCopyBytesPerSecond = 12 << 20; // so that the rest takes a while

    private readonly string _folder;
    private readonly Scenario _scenario;
    private readonly string _sshConfig;
    private readonly string _mtunnel;
    private readonly List<Relay> _relays = [];

    private Stage(string folder, Scenario scenario, string sshConfig, string mtunnel, TravellingGuest guest, GuestHost target)
    {
        (_folder, _scenario, _sshConfig, _mtunnel, Guest, Source, Target) = (folder, scenario, sshConfig, mtunnel, guest, guest.Host, target);
        SourceMonitor = Add(Relay.Unix(InFolder("s"), Path.Combine(Source.Folder, ThirdMonitor)));
        TargetMonitor = Add(Relay.Unix(InFolder("t"), Path.Combine(Target.Folder, ThirdMonitor)));
        TunnelMonitor = Add(Relay.Unix(Path.Combine(Directory.CreateDirectory(InFolder("m")).FullName, "100.qmp"), Target.Process.QmpPath));
        Ram = Add(Relay.Unix(InFolder("r"), Target.MigrationPath, scenario.Kind == Kind.PostCopy ? PostCopyBytesPerSecond : 0));
        Disks = Add(Relay.Unix(InFolder("d"), Target.DisksPath));
    }

    public TravellingGuest Guest { get; }

    public GuestHost Source { get; }

    public GuestHost Target { get; }

    public Relay SourceMonitor { get; }

    public Relay TargetMonitor { get; }

    public Relay TunnelMonitor { get; }

    public Relay Ram { get; }

    public Relay Disks { get; }

    /// <summary>The way to sshd.</summary>
    public required Relay Ssh { get; init; }

    /// <summary>The keys of both QEMUs; null where they speak no TLS.</summary>
    public TlsFolders? Tls { get; init; }

    public string SourceOwns => InFolder("a");

    public string TargetOwns => InFolder("b");

    public string Journal => InFolder("journal");

    /// <summary>What every process that belongs here has in its arguments.</summary>
    public string Mark => _folder;

    /// <summary>The ends of ssh's forwards on this side.</summary>
    public IReadOnlyList<string> Forwards => [InFolder("fr"), InFolder("fd")];

    public static async Task<Stage> SetAsync(string folder, Scenario scenario, LoopbackSshd sshd, string sshConfig, string mtunnel, CancellationToken cancellationToken)
    {
        var options = new TravellingGuestOptions
        {
            Directory = Path.Combine(folder, "g"),
            VmId = Assignment.VmId,
            MemoryMiB = MemoryMiB,
            SpanMiB = SpanMiB,
            DisksMiB = [.. Enumerable.Repeat(DiskMiB, scenario.Disks)],
            ExtraArguments = ["-qmp", $"unix:{ThirdMonitor},server=on,wait=off"],
        };
        var guest = await TravellingGuest.BootAsync(options, cancellationToken);
        try
        {
            var target = await guest.StartTargetAsync(cancellationToken: cancellationToken);
            var stage = new Stage(folder, scenario, sshConfig, mtunnel, guest, target)
            {
                Ssh = new Relay(new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Loopback, sshd.Port)),
                Tls = scenario.Kind == Kind.Tls ? TlsFolders.CreatePsk(Path.Combine(folder, "k")) : null,
            };
            Directory.CreateDirectory(stage.SourceOwns);
            Directory.CreateDirectory(stage.TargetOwns);
            await File.WriteAllTextAsync(Path.Combine(stage.SourceOwns, "100.conf"), "memory: 32\n", cancellationToken);
            if (scenario.Kind == Kind.Replica)
            {
                await guest.ReplicateDisksAsync(target, Assignment.Bitmap, cancellationToken);
            }

            if (scenario.Way == Way.Tunnel)
            {
                // whose monitor is out of reach was started by somebody else
                await target.Monitor.ExecuteAsync(QmpCommands.MigrateIncoming, new MigrateIncoming("unix:" + target.MigrationPath), cancellationToken: cancellationToken);
            }

            return stage;
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts who migrates.</summary>
    public Task<OrchestratorProcess> StartOrchestratorAsync(CancellationToken cancellationToken)
        => StartAsync(recovery: 0, _scenario.Step, _scenario.Delay is null, cancellationToken);

    /// <summary>Starts who recovers.</summary>
    /// <param name="attempt">Its number, from one.</param>
    /// <param name="strike">When it is to be killed; null for not at all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task<OrchestratorProcess> StartRecoveryAsync(int attempt, SecondStrike? strike, CancellationToken cancellationToken)
        => StartAsync(attempt, strike is null ? null : Moment.OfRecovery(strike.Entry), strike is { Delay: null }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Guest.DisposeAsync();
        await Ssh.DisposeAsync();
        foreach (var relay in _relays)
        {
            await relay.DisposeAsync();
        }
    }

    private Task<OrchestratorProcess> StartAsync(int recovery, string? moment, bool waits, CancellationToken cancellationToken)
    {
        var isTunnel = _scenario.Way != Way.Monitor;
        var assignment = new Assignment
        {
            Recovers = recovery > 0,
            Way = _scenario.Way,
            SourceMonitor = InFolder("s"),
            TargetMonitor = InFolder("t"),
            TargetPid = Target.Process.Pid,
            Listen = "unix:" + Target.MigrationPath,
            Connect = "unix:" + (isTunnel ? Forwards[0] : InFolder("r")),
            DisksListen = "unix:" + Target.DisksPath,
            DisksConnect = "unix:" + (isTunnel ? Forwards[1] : InFolder("d")),
            ForwardedTo = InFolder("r"),
            DisksForwardedTo = InFolder("d"),
            Disks = _scenario.Disks,
            Kind = _scenario.Kind,
            SourceFolder = Source.Folder,
            TlsSource = Tls?.Source,
            TlsTarget = Tls?.Target,
            SshConfig = _sshConfig,
            SshPort = Ssh.Port,
            Mtunnel = _mtunnel,
            MonitorFolder = InFolder("m"),
            Journal = Journal,
            Log = InFolder(string.Create(CultureInfo.InvariantCulture, $"log-{recovery}")),
            SourceOwns = SourceOwns,
            TargetOwns = TargetOwns,
            AnnouncedMoment = moment,
            Waits = waits,
        };
        return OrchestratorProcess.StartAsync(InFolder("assignment"), assignment, cancellationToken);
    }

    private string InFolder(string name) => Path.Combine(_folder, name);

    private Relay Add(Relay relay)
    {
        _relays.Add(relay);
        return relay;
    }
}
