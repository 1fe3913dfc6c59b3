using Pve.Migration;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>A migration that is changed while it runs, and one that its pause gets too long for.</summary>
public sealed class ControlTests
{
    [Fact]
    public async Task A_held_guest_runs_until_the_go()
    {
        await using var bench = await BootAsync();
        var source = bench.Guest.Host;
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var control = new MigrationControl(holds: true);
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var progress = new Watcher(seen => _ = seen is { WaitsFor: not null, Pass: > 1 } && held.TrySetResult());

        var migrating = bench.MigrateAsync(new LocalTarget(target.AsIncoming()), progress: progress, change: request => request with { Control = control });
        await held.Task.WaitAsync(Cancellation);
        await source.Ticks.WaitForTicksAsync(source.Ticks.TicksSeen + 1000, Cancellation);
        Assert.False(migrating.IsCompleted);
        Assert.Equal(0, target.Ticks.TicksSeen);
        control.Go();

        await bench.AssertArrivedAsync(target, await migrating);
    }

    [Fact]
    public async Task The_bandwidth_can_be_changed()
    {
        await using var bench = await BootAsync(spanMiB: 16, memoryMiB: 32);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var control = new MigrationControl();
        var progress = new Watcher(seen =>
        {
            if (seen.RamTransferredBytes > 0)
            {
                control.LimitBandwidth(0);
            }
        });

        // At that rate it would take a quarter of an hour, if it ever ended.
        var report = await bench.MigrateAsync(
            new LocalTarget(target.AsIncoming()), progress: progress, change: request => request with { Control = control, MaxBandwidth = 20_000 });

        await bench.AssertArrivedAsync(target, report);
    }

    [Fact]
    public async Task A_pause_that_gets_too_long_is_undone()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);

        var report = await bench.MigrateAsync(
            new LocalTarget(target.AsIncoming()), change: request => request with { MaxPause = TimeSpan.FromMilliseconds(500), Ownership = new Hanging() });

        await bench.AssertStayedAsync(target, report, "hand over ownership", "longer than the 500 ms that are allowed; most of it took 'hand over ownership'");
        Assert.Contains(report.Ledger.Lines, line => line.Name == "hand over ownership" && line.Duration > TimeSpan.FromMilliseconds(100));
    }

    private sealed class Watcher(Action<MigrationProgress> act) : IProgress<MigrationProgress>
    {
        public void Report(MigrationProgress value) => act(value);
    }

    private sealed class Hanging : IOwnershipHandover
    {
        public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task CommitAsync(int vmId, CancellationToken cancellationToken) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);

        public Task RevertAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
