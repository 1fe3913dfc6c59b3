using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>A source whose monitor is held by a last pass that cannot be written, and a target that may or may not be proven dead.</summary>
public sealed class LadderTests
{
    private static readonly TimeSpan Cap = TimeSpan.FromMilliseconds(200);

    private static readonly SimulatedQemuOptions LocksUp = SmallGuest with { LocksUpInLastPass = true };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task A_monitor_that_is_held_costs_a_second_at_most(bool ownMonitor) => RunAsync(async bench =>
    {
        await using var second = await bench.ListenAsync(bench.Pair.Source);
        var report = await MigrateToFrozenAsync(bench, Fenced(bench), request => request with { SourceOutOfBand = ownMonitor ? null : second });

        Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome);
        Assert.Contains(report.Warnings, warning => warning.Contains("cut out of band", StringComparison.Ordinal));
        Assert.InRange(PauseOf(bench), Cap, Cap + TimeSpan.FromSeconds(1));
        Assert.True(bench.Pair.Source.IsGuestRunning);
        bench.Pair.Target.Kill();
        bench.AssertSafe(report);
    }, LocksUp);

    [Fact]
    public Task A_target_that_is_ended_sets_the_monitor_free_without_that() => RunAsync(async bench =>
    {
        var report = await MigrateToFrozenAsync(bench, bench.Local());
        bench.AssertRolledBack(report);
        Assert.Empty(report.Warnings);
        Assert.InRange(PauseOf(bench), Cap, Cap * 2);
    }, LocksUp);

    [Fact]
    public Task A_stream_is_not_cut_while_the_target_may_live() => RunAsync(async bench =>
    {
        var report = await MigrateToFrozenAsync(bench, bench.Local(_ => throw new IOException("no way to its host")));
        bench.AssertUnknown(report);
        Assert.False(bench.Pair.Source.IsGuestRunning);
        bench.Pair.Target.Thaw();
        await bench.PassAsync(5);
        Assert.False(bench.Pair.EverTwoRan);
    }, LocksUp);

    // The source has sent everything, and says 'failed' since it hears no more: QEMU lets its guest go on.
    [Fact]
    public Task A_target_that_may_have_all_of_the_guest_and_is_not_proven_dead_is_unknown_though_the_source_runs() => RunAsync(async bench =>
    {
        var before = await SettingsAsync(bench.Spy);
        using var stopped = bench.Spy.Subscribe("STOP");
        var migrating = bench.MigrateAsync(bench.Local(_ => throw new IOException("no way to its host")));
        await stopped.ReadAsync(Cancellation);
        bench.Pair.Target.Freeze();
        await bench.PassAsync(1);
        bench.Pair.Link.CutConnections();
        var unknown = bench.AssertUnknown(await migrating);

        Assert.Contains(unknown.Evidence, text => text.Contains("may have all of it", StringComparison.Ordinal));
        Assert.Contains(unknown.NextActions, text => text.Contains("never send cont", StringComparison.Ordinal));
        Assert.True(bench.Pair.Source.IsGuestRunning);
        Assert.Equal(before, await SettingsAsync(bench.Spy));
        bench.Pair.Target.Thaw();
        await bench.PassAsync(5);
        Assert.Equal(RunState.Paused, bench.Pair.Target.RunState); // a ghost, whole
        Assert.False(bench.Pair.EverTwoRan);
    });

    [Fact]
    public Task At_pre_switchover_the_target_has_no_guest_so_that_the_source_goes_on_without_its_death() => RunAsync(
        async bench =>
        {
            var target = new HookedTarget(new LocalTarget(new IncomingQemu(bench.Target, Address, kill: _ => throw new IOException("no way to its host"))
            {
                DisksListenUri = "unix:/run/100.nbd",
            }))
            {
                Before = step => step == "stop exports" ? throw new IOException("lost") : Task.CompletedTask,
            };
            var report = await bench.MigrateAsync(target, change: request => request with { Disks = [new MigrationDisk("disk")] });

            Assert.Equal("stop exports", Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome).Failure.Step);
            Assert.Contains(report.Warnings, warning => warning.Contains("could not be ended", StringComparison.Ordinal));
            Assert.True(bench.Pair.Source.IsGuestRunning);
            Assert.NotEqual(MigrationStatus.Completed, bench.Pair.Target.MigrationStatus);
        },
        WithDisk("/here/disk"),
        WithDisk("/there/disk") with { Name = "target", Incoming = true, StartPaused = true });

    [Fact]
    public async Task A_second_monitor_without_out_of_band_commands_is_refused() => await RunAsync(async bench =>
    {
        await using var inBand = await QmpClient.ConnectAsync(
            bench.Pair.Source.OpenMonitor(), "in band", new QmpClientOptions { TimeProvider = bench.Time, EnableOutOfBand = false }, Cancellation);
        await Assert.ThrowsAsync<ArgumentException>(() => bench.MigrateAsync(change: request => request with { SourceOutOfBand = inBand }));
    });

    private static SimulatedQemuOptions WithDisk(string path) => SmallGuest with { Disks = [new SimulatedDisk("disk", path) { Bytes = 16L << 20 }] };

    // Proven dead, as by its host's power; nothing of that is heard at the source.
    private static HookedTarget Fenced(EngineBench bench) => bench.Local(_ => Task.CompletedTask);

    private static async Task<MigrationReport> MigrateToFrozenAsync(
        EngineBench bench, IMigrationTarget target, Func<MigrationRequest, MigrationRequest>? change = null)
    {
        using var stopped = bench.Spy.Subscribe("STOP");
        var migrating = bench.MigrateAsync(target, change: request => (change?.Invoke(request) ?? request) with { MaxPause = Cap });
        await stopped.ReadAsync(Cancellation);
        bench.Pair.Target.Freeze();
        return await migrating;
    }

    private static TimeSpan PauseOf(EngineBench bench)
    {
        var runs = bench.Pair.Runs.Where(run => run.Vm == bench.Pair.Source).ToList();
        return runs[^1].Began - runs[^2].Ended!.Value;
    }
}
