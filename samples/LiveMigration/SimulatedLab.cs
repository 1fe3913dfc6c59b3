using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;

namespace LiveMigration;

/// <summary>A guest that goes from one simulated QEMU to the next, in real time. It has neither ticks nor RAM to prove.</summary>
internal sealed class SimulatedLab : ILab
{
    private const string Version = "simulated";

    private readonly JobOptions _options;
    private readonly LiveMigrator _migrator;
    private readonly SimulatedLink _link = new(new SimulatedLinkOptions { BytesPerSecond = 1_000_000_000 });
    private SimulatedQemu _host;
    private int _started;

    public SimulatedLab(JobOptions options)
    {
        _options = options;
        _migrator = new LiveMigrator(new LiveMigratorOptions { Profile = options.Profile });
        _host = Start(incoming: false);
    }

    public string Description => "a simulated pair";

    public async Task<(MigrationReport Report, RunResult Result)> MigrateAsync(
        MigrationControl control, IProgress<MigrationProgress> progress, CancellationToken cancellationToken)
    {
        var targetHost = Start(incoming: true);
        await using var source = await ConnectAsync(_host, cancellationToken);
        await using var monitor = await ConnectAsync(targetHost, cancellationToken);
        await using var handler = new QmpMtunnelHandler((_, token) => ConnectAsync(targetHost, token));
        var incoming = new IncomingQemu(monitor, $"unix:/simulated/{_started}");
        await using var fallback = new LocalTarget(incoming);
        await using var target = NewTarget(incoming, handler, fallback);

        var report = await _migrator.MigrateAsync(
            _options.Ask(new MigrationRequest { VmId = JobOptions.VmId, Source = source, Target = target }, control), progress, cancellationToken);
        var guest = default(GuestRow);
        if (report.Outcome is MigrationOutcome.Migrated)
        {
            await _host.DisposeAsync();
            _host = targetHost;
            guest = new GuestRow((_link.Runs[^1].Began - _link.Runs[^2].Ended!.Value).TotalMilliseconds, null, null);
        }
        else
        {
            await targetHost.DisposeAsync();
        }

        return (report, RunResult.Of(report, "simulated", _options, target.Dialect, guest, Version, Version));
    }

    public async Task<RunResult> PreflightAsync(CancellationToken cancellationToken)
    {
        await using var targetHost = Start(incoming: true);
        await using var source = await ConnectAsync(_host, cancellationToken);
        await using var monitor = await ConnectAsync(targetHost, cancellationToken);
        await using var handler = new QmpMtunnelHandler((_, token) => ConnectAsync(targetHost, token));
        var incoming = new IncomingQemu(monitor, $"unix:/simulated/{_started}");
        await using var fallback = new LocalTarget(incoming);
        await using var target = NewTarget(incoming, handler, fallback);
        var request = _options.Ask(
            new MigrationRequest { VmId = JobOptions.VmId, Source = source, Target = target }, new MigrationControl(_options.Hold));
        return RunResult.OfDryRun(await _migrator.PreflightAsync(request, cancellationToken), "simulated", _options, Version, Version);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    private static Task<QmpClient> ConnectAsync(SimulatedQemu host, CancellationToken cancellationToken)
        => QmpClient.ConnectAsync(host.OpenMonitor(), host.Name, cancellationToken: cancellationToken);

    private SimulatedQemu Start(bool incoming) => new(_link, new SimulatedQemuOptions
    {
        Name = $"host {++_started}",
        Incoming = incoming,
        StartPaused = incoming,
        MemoryBytes = _options.RamMiB * 1024L * 1024,
        DirtyBytesPerSecond = _options.DirtyMiB * 1024L * 1024,
        WorkingSetBytes = _options.DirtyMiB * 1024L * 1024,
    });

    // There is no ssh to a simulated host: what would go over one goes to the monitor.
    private IMigrationTarget NewTarget(IncomingQemu incoming, QmpMtunnelHandler handler, LocalTarget fallback)
    {
        if (_options.Target != TargetKind.Tunnel)
        {
            return fallback;
        }

        var server = new MtunnelServerOptions { Dialect = _options.Dialect, Vmid = JobOptions.VmId };
        return new TunnelTarget(
            incoming, new InProcessTransport((pipe, token) => MtunnelServer.ServeAsync(pipe, handler, server, token)), fallback);
    }
}
