using Pve.Migration.Engine;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>A guest that is paused for too long goes on at the source, whichever step it is that takes so long.</summary>
public sealed class PauseCapTests
{
    private const string DiskHere = "/here/disk";

    private static readonly TimeSpan Cap = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData("stop exports", false)]
    [InlineData("stop exports", true)]
    [InlineData("hand over ownership", false)]
    [InlineData("close tunnel", false)]
    [InlineData("close tunnel", true)]
    [InlineData("set replication state", false)]
    [InlineData("set replication state", true)]
    public Task A_step_that_takes_too_long_gives_the_guest_back(string step, bool heedsNothing) => OnDisksAsync(async bench =>
    {
        var target = Target(bench);
        Task Hang(string at) => at != step || bench.Pair.RunningNow > 0 ? Task.CompletedTask
            : heedsNothing ? new TaskCompletionSource().Task
            : bench.PassAsync(0.25); // the 200 ms are over before it ends
        target.Before = Hang;
        bench.Ownership.Before = Hang;
        var report = await MigrateAsync(bench, target);

        var failure = bench.AssertRolledBack(report);
        Assert.Equal(step, failure.Step);
        Assert.False(failure.IsCancellation);
        Assert.Contains($"longer than the 200 ms that are allowed; most of it took '{step}'", failure.Message, StringComparison.Ordinal);
        Assert.InRange(PauseOf(bench), Cap, TimeSpan.FromMilliseconds(heedsNothing ? 450 : 300));
        Assert.InRange(report.Ledger.Lines.Single(line => line.Name == step).Duration, Cap * 0.8, Cap * 2.2);
        Assert.Equal(RunState.Running, await bench.SourceStateAsync());
    });

    [Fact]
    public Task A_target_that_stands_still_in_the_last_pass_gives_the_guest_back() => RunAsync(async bench =>
    {
        using var stopped = bench.Spy.Subscribe("STOP");
        var freezing = FreezeAtAsync(bench, stopped);
        var report = await bench.MigrateAsync(change: request => request with { MaxPause = Cap });
        await freezing;

        var failure = bench.AssertRolledBack(report);
        Assert.Equal(MigrationPlan.CopyRam, failure.Step);
        Assert.InRange(PauseOf(bench), Cap, Cap * 1.5);
        Assert.InRange(Line(report, MigrationPlan.LastPass), Cap * 0.9, Cap * 1.1);
    });

    [Fact]
    public Task Small_delays_add_up_and_the_largest_is_named() => OnDisksAsync(async bench =>
    {
        var target = Target(bench);
        target.Before = at => at == "stop exports" ? bench.PassAsync(0.12) : at == "set replication state" ? bench.PassAsync(0.05) : Task.CompletedTask;
        bench.Ownership.Before = at => at == "hand over ownership" ? bench.PassAsync(0.04) : Task.CompletedTask;

        var failure = bench.AssertRolledBack(await MigrateAsync(bench, target));
        Assert.Equal("set replication state", failure.Step);
        Assert.Contains("'stop exports', 12", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task Once_committed_it_only_goes_forward() => RunAsync(async bench =>
    {
        var target = bench.Local();
        target.Before = at => at == "resume" ? bench.PassAsync(3) : Task.CompletedTask;
        var report = await bench.MigrateAsync(target, change: request => request with { MaxPause = Cap });
        bench.AssertMigrated(report);
        Assert.True(report.Ledger.Paused > Cap * 2); // half a second later the target's monitor is told
    });

    [Fact]
    public Task A_short_pause_is_left_alone() => RunAsync(async bench =>
        bench.AssertMigrated(await bench.MigrateAsync(change: request => request with { MaxPause = Cap })));

    [Fact]
    public Task A_guest_that_somebody_else_pauses_is_no_reason() => RunAsync(async bench =>
    {
        var migrating = bench.MigrateAsync(change: request => request with { MaxPause = Cap, MaxBandwidth = 20_000_000 });
        await bench.PassAsync(1);
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        await bench.PassAsync(2);
        Assert.False(migrating.IsCompleted);
        await bench.Spy.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
        bench.AssertMigrated(await migrating);
    });

    [Theory]
    [InlineData(0, null)]
    [InlineData(25d * 86_400_000, null)]
    [InlineData(99, 100d)]
    public Task One_that_makes_no_sense_is_refused(double cap, double? goal) => RunAsync(async bench =>
        await Assert.ThrowsAsync<ArgumentException>(() => bench.MigrateAsync(change: request => request with
        {
            MaxPause = TimeSpan.FromMilliseconds(cap),
            Goal = goal is { } pause ? new MigrationGoal { Pause = TimeSpan.FromMilliseconds(pause), Time = TimeSpan.FromMinutes(1) } : null,
        })));

    // From the guest's last moment before it was paused to its first afterwards, both at the source.
    private static TimeSpan PauseOf(EngineBench bench)
    {
        var runs = bench.Pair.Runs.Where(run => run.Vm == bench.Pair.Source).ToList();
        return runs[^1].Began - runs[^2].Ended!.Value;
    }

    private static async Task FreezeAtAsync(EngineBench bench, QmpEventSubscription stopped)
    {
        await stopped.ReadAsync(Cancellation);
        bench.Pair.Target.Freeze();
    }

    private static HookedTarget Target(EngineBench bench) => new(new LocalTarget(bench.IncomingWithDisks()));

    private static Task<MigrationReport> MigrateAsync(EngineBench bench, IMigrationTarget target) => bench.MigrateAsync(
        target, MigrationProfile.Pve2017Before with { Polling = PollingStrategy.EventDriven },
        change: request => request with { MaxPause = Cap, Disks = [new MigrationDisk("disk")] });

    private static Task OnDisksAsync(Func<EngineBench, Task> body)
    {
        var guest = SmallGuest with { Disks = [new SimulatedDisk("disk", DiskHere) { Bytes = 16L << 20 }] };
        return RunAsync(body, guest, guest with { Name = "target", Incoming = true, StartPaused = true, Disks = [guest.Disks[0] with { Path = "/there/disk" }] });
    }
}
