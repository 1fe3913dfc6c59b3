using System.Globalization;
using System.Text;
using LiveMigration.Crashes;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace LiveMigration;

/// <summary>A guest that goes from one real QEMU to the next on this machine.</summary>
internal sealed class QemuLab : ILab
{
    // What the bitmaps are called that note what was written since.
    private const string Replication = "replicated";

    private readonly JobOptions _options;
    private readonly TravellingGuest _guest;
    private readonly LiveMigrator _migrator;
    private readonly string _tlsFolder;
    private readonly TransferPolicy _transfer;

    private QemuLab(JobOptions options, TravellingGuest guest, string folder)
    {
        (_options, _guest) = (options, guest);
        _tlsFolder = Path.Combine(folder, "tls");
        _transfer = new TransferPolicy { MultifdChannels = options.Multifd ?? 0, UsesXbzrle = options.Xbzrle, Tls = options.Tls ? MakeTls(_tlsFolder) : null };
        _migrator = new LiveMigrator(new LiveMigratorOptions { Profile = options.Profile });
    }

    public string Description => $"QEMU {Version(_guest.Host)}";

    public static async Task<QemuLab> StartAsync(JobOptions options, string binary, CancellationToken cancellationToken)
    {
        if (options.Journal is { } journal)
        {
            LabNote.ThrowIfLeft(journal);
        }

        var folder = NewFolder();
        try
        {
            var guest = await TravellingGuest.BootAsync(
                new TravellingGuestOptions
                {
                    Directory = folder,
                    VmId = JobOptions.VmId,
                    MemoryMiB = options.RamMiB,
                    SpanMiB = options.DirtyMiB,
                    DisksMiB = options.DisksMiB,
                    Binary = binary,
                    TargetBinary = options.TargetQemu,
                    DiesWithUs = options.Chaos?.Fault != ChaosFault.Crash,
                },
                cancellationToken);
            return new QemuLab(options, guest, folder);
        }
        catch when (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public async Task<(MigrationReport Report, RunResult Result)> MigrateAsync(
        MigrationControl control, IProgress<MigrationProgress> progress, CancellationToken cancellationToken)
    {
        var source = _guest.Host;
        var host = await StartTargetAsync(cancellationToken);
        var before = _guest.Heartbeat.Report();
        await using var handler = new QmpMtunnelHandler(_ => QmpEndpoint.Unix(host.Process.QmpPath));
        await using var fallback = NewFallback(host);
        await using var target = await NewTargetAsync(host, handler, fallback, cancellationToken);

        using var journal = _options.Journal is { } file ? FileJournal.Open(file) : null;
        if (journal is not null)
        {
            await LabNote.WriteAsync(_options.Journal!, source, host, cancellationToken);
        }

        var request = Request(source, target) with { Journal = journal };
        if (_options.Chaos is { } point)
        {
            var striker = new Striker(point, source, host);
            request = request with { Journal = new StrikingJournal(journal, striker), Target = new StrikingTarget(target, striker) };
        }

        var report = await _migrator.MigrateAsync(_options.Ask(request, control), progress, cancellationToken);
        if (_options.Journal is not null && report.Outcome is not MigrationOutcome.Unknown)
        {
            LabNote.Delete(_options.Journal);
        }

        var guest = default(GuestRow);
        var disks = report.Disks.Select(disk => new DiskRow(disk.Node, null, disk.CopiedBytes)).ToList();
        if (report.Outcome is MigrationOutcome.Migrated)
        {
            await _guest.ArriveAsync(host, cancellationToken);
            guest = await ProveAsync(before.TicksLost, cancellationToken);
            for (var disk = 0; disk < disks.Count; disk++)
            {
                disks[disk] = disks[disk] with { Identical = await _guest.IsDiskAlikeAsync(source, host, disk, cancellationToken) };
            }

            await _guest.EndAsync(source);
        }
        else if (report.Outcome is MigrationOutcome.RolledBack)
        {
            await _guest.EndAsync(host);
        }

        return (report, RunResult.Of(report, "qemu", _options, target.Dialect, guest, Version(source), Version(host)) with { Disks = disks });
    }

    public async Task<RunResult> PreflightAsync(CancellationToken cancellationToken)
    {
        var source = _guest.Host;
        var host = await StartTargetAsync(cancellationToken);
        await using var handler = new QmpMtunnelHandler(_ => QmpEndpoint.Unix(host.Process.QmpPath));
        await using var fallback = NewFallback(host);
        await using var target = await NewTargetAsync(host, handler, fallback, cancellationToken);
        var request = _options.Ask(Request(source, target), new MigrationControl(_options.Hold));
        var findings = await _migrator.PreflightAsync(request, cancellationToken);
        return RunResult.OfDryRun(findings, "qemu", _options, Version(source), Version(host));
    }

    public ValueTask DisposeAsync()
    {
        if (_options.Tls)
        {
            Directory.Delete(_tlsFolder, recursive: true);
        }

        return _guest.DisposeAsync();
    }

    private async Task<GuestHost> StartTargetAsync(CancellationToken cancellationToken)
    {
        var host = await _guest.StartTargetAsync(cancellationToken: cancellationToken);
        if (_options.Replicated)
        {
            await _guest.ReplicateDisksAsync(host, Replication, cancellationToken);
        }

        return host;
    }

    private static MigrationTls MakeTls(string folder)
    {
        var made = TlsFolders.CreateX509(folder);
        return MigrationTls.X509(made.Source, made.Target) with { HostName = "localhost" };
    }

    private MigrationRequest Request(GuestHost source, IMigrationTarget target) => new()
    {
        VmId = JobOptions.VmId,
        Source = source.Monitor,
        Target = target,
        Disks = Disks,
        Transfer = _transfer,
        IsReplicated = _options.Replicated,
    };

    // unix(7): a socket's path has 107 bytes, and below this one are a host's number and the longest name of a socket.
    private static string NewFolder()
    {
        const int Longest = 107 - 40;
        var temporary = Path.GetTempPath();
        if (Encoding.UTF8.GetByteCount(temporary) > Longest)
        {
            throw new LabException($"the path of the temporary directory is too long for sockets: {temporary}; set TMPDIR to one of at most {Longest} bytes.");
        }

        try
        {
            return Directory.CreateTempSubdirectory("pve-").FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"the temporary directory {temporary} cannot be used: {e.Message} Set TMPDIR to one that can.");
        }
    }

    private static string Version(GuestHost host) => host.Monitor.Greeting.Version.Qemu.ToString();

    private async Task<GuestRow> ProveAsync(long lostBefore, CancellationToken cancellationToken)
    {
        var memory = await _guest.CheckMemoryAsync(cancellationToken);
        var heartbeat = _guest.Heartbeat.Report();
        return new GuestRow(heartbeat.Handovers[^1].Gap.TotalMilliseconds, heartbeat.TicksLost - lostBefore, memory.Intact);
    }

    private IReadOnlyList<MigrationDisk> Disks => [.. _options.DisksMiB.Select((_, disk) => new MigrationDisk($"disk{disk}") { Bitmap = _options.Replicated ? Replication : null })];

    // What the tunnel's dialect cannot do: one ssh a command where there is ssh, the monitor in our hands where there is none.
    private IMigrationTarget NewFallback(GuestHost host)
    {
        if (_options.SshHost is null)
        {
            return new LocalTarget(host.AsIncoming());
        }

        return new SshCommandTarget(Forwarded(host), new SshCommandRunner(_options.Ssh), new SshCommandTargetOptions
        {
            Resume = vm => [MtunnelPath, "--qmp-dir", host.Folder, "resume", vm.ToString(CultureInfo.InvariantCulture)],
            SetReplicationState = _ => ["true"], // nothing is replicated here; what is measured is the ssh
            Unlock = _ => ["true"],
        });
    }

    private async Task<IMigrationTarget> NewTargetAsync(
        GuestHost host, QmpMtunnelHandler handler, IMigrationTarget fallback, CancellationToken cancellationToken)
    {
        if (_options.Target == TargetKind.Local)
        {
            return new LocalTarget(host.AsIncoming());
        }

        if (_options.SshHost is null)
        {
            if (_options.Dialect != MtunnelDialect.V0)
            {
                await handler.ConnectAsync(JobOptions.VmId, cancellationToken);
            }

            var server = new MtunnelServerOptions { Dialect = _options.Dialect, Vmid = JobOptions.VmId };
            return new TunnelTarget(
                host.AsIncoming(), new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, handler, server, token)), fallback);
        }

        var ahead = _options is { Target: TargetKind.Tunnel, Dialect: not MtunnelDialect.V0 };
        var transport = new SshTransport(_options.Ssh with
        {
            Forwards =
            [
                new SocketForward(ForwardPath(host), host.MigrationPath),
                .. _options.DisksMiB.Count > 0 ? [new SocketForward(DisksForwardPath(host), host.DisksPath)] : Array.Empty<SocketForward>(),
            ],
            RemoteCommand =
            [
                MtunnelPath, "--qmp-dir", host.Folder, "--dialect", _options.Dialect switch { MtunnelDialect.V0 => "v0", MtunnelDialect.V1 => "v1", _ => "v2" },
                .. ahead ? ["--vmid", JobOptions.VmId.ToString(CultureInfo.InvariantCulture)] : Array.Empty<string>(),
            ],
        });
        return new TunnelTarget(Forwarded(host), transport, fallback);
    }

    private string MtunnelPath => _options.Mtunnel ?? Path.Combine(AppContext.BaseDirectory, "mtunnel");

    private static IncomingQemu Forwarded(GuestHost host) => host.AsIncoming(ForwardPath(host), DisksForwardPath(host));

    private static string DisksForwardPath(GuestHost host) => Path.Combine(host.Folder, "disks-forward");

    private static string ForwardPath(GuestHost host) => Path.Combine(host.Folder, "forward");
}
