using System.Text.Json;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tests.Engine;

/// <summary>A simulated pair with a client on each side and one more on the source, in virtual time.</summary>
internal sealed class EngineBench : IAsyncDisposable
{
    public const int VmId = 100;
    public const string Address = "unix:/run/100.migrate";

    private FaultyPipe[] _faulty = [];
    private string _sourceBefore = "";
    private string _targetBefore = "";

    private EngineBench(VirtualTime time, SimulatedPair pair, QmpClient source, QmpClient spy, QmpClient target)
        => (Time, Pair, Source, Spy, Target) = (time, pair, source, spy, target);

    public static SimulatedQemuOptions SmallGuest { get; } = new() { MemoryBytes = 256L << 20 };

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public VirtualTime Time { get; }

    public SimulatedPair Pair { get; }

    public QmpClient Source { get; }

    /// <summary>A second monitor of the source's, which no migration uses.</summary>
    public QmpClient Spy { get; }

    public QmpClient Target { get; }

    /// <summary>Whether the fault on a monitor has struck.</summary>
    public bool FaultStruck => _faulty.Any(monitor => monitor.Struck.Count > 0);

    public HookedOwnership Ownership { get; } = new();

    public static Task RunAsync(
        Func<EngineBench, Task> body, SimulatedQemuOptions? guest = null, SimulatedQemuOptions? target = null, long bytesPerSecond = 125_000_000,
        (string Monitor, WireFault Fault)? fault = null)
    {
        var time = new VirtualTime { RealTimeLimit = TimeSpan.FromMinutes(2) };
        return time.RunAsync(async () =>
        {
            await using var bench = await CreateAsync(time, guest, target, bytesPerSecond, fault);
            await body(bench);
        }, Cancellation);
    }

    /// <summary>One more monitor of a QEMU's; whoever asked for it closes it.</summary>
    public Task<QmpClient> ListenAsync(SimulatedQemu qemu)
        => QmpClient.ConnectAsync(qemu.OpenMonitor(), "listener", new QmpClientOptions { TimeProvider = Time }, Cancellation);

    /// <summary>One more pair in the same time.</summary>
    public static async Task<EngineBench> CreateAsync(
        VirtualTime time, SimulatedQemuOptions? guest = null, SimulatedQemuOptions? target = null, long bytesPerSecond = 125_000_000,
        (string Monitor, WireFault Fault)? fault = null)
    {
        var link = new SimulatedLinkOptions { TimeProvider = time, BytesPerSecond = bytesPerSecond };
        var pair = new SimulatedPair(link, guest ?? SmallGuest, target);
        var options = new QmpClientOptions { TimeProvider = time };
        FaultyPipe Monitor(string name, SimulatedQemu qemu)
            => new(qemu.OpenMonitor(), time, fault is { } one && one.Monitor == name ? [one.Fault] : []);
        var (source, there) = (Monitor("source", pair.Source), Monitor("target", pair.Target));
        var bench = new EngineBench(
            time,
            pair,
            await QmpClient.ConnectAsync(source, "source", options),
            await QmpClient.ConnectAsync(pair.Source.OpenMonitor(), "spy", options),
            await QmpClient.ConnectAsync(there, "target", options))
        { _faulty = [source, there] };
        bench.Ownership.Running = () => pair.RunningNow;
        await using var ear = await bench.ListenAsync(pair.Target);
        (bench._sourceBefore, bench._targetBefore) = (await LookAsync(bench.Spy), await LookAsync(ear));
        return bench;
    }

    public IncomingQemu Incoming(Func<CancellationToken, Task>? kill = null) => new(Target, Address, kill: kill ?? KillTargetAsync);

    public IncomingQemu IncomingWithDisks() => new(Target, Address, kill: KillTargetAsync) { DisksListenUri = "unix:/run/100.nbd" };

    public Task KillTargetAsync(CancellationToken cancellationToken)
    {
        Pair.Target.Kill();
        return Task.CompletedTask;
    }

    public HookedTarget Local(Func<CancellationToken, Task>? kill = null) => new(new LocalTarget(Incoming(kill)));

    public MigrationRequest Request(IMigrationTarget target) => new() { VmId = VmId, Source = Source, Target = target, Ownership = Ownership };

    public Task<MigrationReport> MigrateAsync(
        IMigrationTarget? target = null, MigrationProfile? profile = null, IProgress<MigrationProgress>? progress = null,
        Func<MigrationRequest, MigrationRequest>? change = null, CancellationToken? cancellation = null)
    {
        var request = Request(target ?? Local());
        var migrator = new LiveMigrator(new LiveMigratorOptions { TimeProvider = Time, Profile = profile ?? MigrationProfile.Default });
        return migrator.MigrateAsync(change?.Invoke(request) ?? request, progress, cancellation ?? Cancellation);
    }

    /// <summary>The connection of the source's monitor breaks; its QEMU lives on.</summary>
    public Task LoseSourceMonitorAsync()
        => Spy.ExecuteAsync("yank", JsonElement.Parse("""{"instances":[{"type":"chardev","id":"compat_monitor0"}]}"""), cancellationToken: Cancellation);

    public Task PassAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), Time, Cancellation);

    /// <summary>What must be true whatever went wrong.</summary>
    public void AssertSafe(MigrationReport report)
    {
        var ran = string.Join(", ", Pair.Runs.Select(run => $"{run.Vm} {run.Began}-{run.Ended}"));
        var all = $"{report.Outcome} [{string.Join("; ", report.Warnings)}] {ran}";
        Assert.False(Pair.EverTwoRan, all);
        Assert.True(Pair.Source.IsAlive || report.Outcome is MigrationOutcome.Migrated, all);
        Assert.All(report.Ledger.Lines, line => Assert.True(line.Duration >= TimeSpan.Zero, line.ToString()));
        switch (report.Outcome)
        {
            case MigrationOutcome.Migrated:
                Assert.True(Pair.Target.IsGuestRunning && !Pair.Source.IsGuestRunning, all);
                break;
            case MigrationOutcome.RolledBack:
                Assert.True(Pair.Source.IsGuestRunning && !Pair.Target.IsAlive, all);
                Assert.DoesNotContain(Pair.Runs, run => run.Vm == Pair.Target);
                break;
            case MigrationOutcome.Unknown unknown:
                Assert.NotEmpty(unknown.Evidence);
                Assert.NotEmpty(unknown.NextActions);
                break;
        }
    }

    /// <summary>Who has the guest owns it, and its QEMU is as it was; what could not be put back or ended is said.</summary>
    public async Task AssertNothingIsLeftAsync(MigrationReport report)
    {
        var isSaid = report.Warnings.Count > 0;
        switch (report.Outcome)
        {
            case MigrationOutcome.Migrated:
                Assert.True(Ownership.IsHandedOver, $"{string.Join(", ", Ownership.Calls)}");
                Assert.True(isSaid || !Pair.Source.IsAlive, "The source lives on.");
                await using (var ear = await ListenAsync(Pair.Target))
                {
                    Assert.True(isSaid || await LookAsync(ear) == _targetBefore, "The target is not as it was.");
                }

                break;
            case MigrationOutcome.RolledBack:
                Assert.False(Ownership.IsHandedOver || Ownership.IsPrepared, $"{string.Join(", ", Ownership.Calls)}");
                Assert.Equal(0, Ownership.RanWhenReverted);
                Assert.True(isSaid || await LookAsync(Spy) == _sourceBefore, "The source is not as it was.");
                break;
        }
    }

    public MigrationFailure AssertRolledBack(MigrationReport report)
    {
        Assert.True(report.Outcome is MigrationOutcome.RolledBack, $"{report.Outcome}");
        AssertSafe(report);
        return ((MigrationOutcome.RolledBack)report.Outcome).Failure;
    }

    public MigrationOutcome.Unknown AssertUnknown(MigrationReport report)
    {
        Assert.True(report.Outcome is MigrationOutcome.Unknown, $"{report.Outcome}");
        AssertSafe(report);
        return (MigrationOutcome.Unknown)report.Outcome;
    }

    public void AssertMigrated(MigrationReport report)
    {
        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        AssertSafe(report);
    }

    /// <summary>From the guest's last moment on the source to its first on the target.</summary>
    public TimeSpan TruePause => Pair.Runs.Single(run => run.Vm == Pair.Target).Began - Pair.Runs.Last(run => run.Vm == Pair.Source).Ended!.Value;

    public static TimeSpan Line(MigrationReport report, string name)
        => report.Ledger.Lines.SingleOrDefault(line => line.Name == name)?.Duration ?? TimeSpan.Zero;

    public static async Task<string> SettingsAsync(QmpClient monitor)
        => $"{await monitor.ExecuteAsync("query-migrate-capabilities", cancellationToken: Cancellation)}"
            + $"{await monitor.ExecuteAsync("query-migrate-parameters", cancellationToken: Cancellation)}";

    // what a migration sets, adds and starts
    private static async Task<string> LookAsync(QmpClient monitor)
    {
        var nodes = await monitor.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new() { Flat = true }, cancellationToken: Cancellation);
        var jobs = await monitor.ExecuteAsync("query-jobs", cancellationToken: Cancellation);
        var exports = await monitor.ExecuteAsync("query-block-exports", cancellationToken: Cancellation);
        return $"{await SettingsAsync(monitor)} {string.Join(' ', nodes.Select(node => node.NodeName))} {jobs} {exports}";
    }

    /// <summary>Once it has settled: the run state follows the stream's.</summary>
    public async Task<RunState> SourceStateAsync()
    {
        await PassAsync(0.1);
        return (await Spy.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Cancellation)).Status;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Spy.DisposeAsync();
        await Target.DisposeAsync();
        foreach (var monitor in _faulty)
        {
            await monitor.DisposeAsync();
        }

        await Pair.DisposeAsync();
    }
}
