using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class ControlTests
{
    private static readonly MigrationGoal Goal = new() { Pause = TimeSpan.FromMilliseconds(100), Time = TimeSpan.FromMinutes(2) };

    // 64 MiB over and over, at 1 Gbit/s: 537 ms
    private static SimulatedQemuOptions Busy => SmallGuest with { DirtyBytesPerSecond = 400L << 20, WorkingSetBytes = 64L << 20 };

    [Fact]
    public Task A_held_guest_runs_until_the_go_and_is_paused_as_briefly_as_ever() => RunAsync(async bench =>
    {
        var control = new MigrationControl(holds: true);
        var before = await SettingsAsync(bench.Spy);
        var seen = new Handler(_ => { });
        var migrating = bench.MigrateAsync(progress: seen, change: request => request with { Control = control, Goal = Goal, EndsSource = false });
        await bench.PassAsync(3600);

        Assert.False(migrating.IsCompleted);
        Assert.Equal(MigrationStatus.Active, bench.Pair.Source.MigrationStatus);
        Assert.True(control.IsHolding && bench.Pair.Source.IsGuestRunning);
        Assert.Equal("the caller's go", seen.Seen[^1].WaitsFor);
        Assert.NotNull(seen.Seen[^1].PredictedPause);
        control.Go();
        await bench.PassAsync(10);

        var report = await migrating;
        bench.AssertMigrated(report);
        Assert.True(report.GoalKept, string.Join("; ", report.Warnings)); // what was held does not count
        Assert.InRange(report.Ledger.Paused!.Value.TotalMilliseconds, 1, 30);
        Assert.Equal(report.Ledger.Paused, report.Ledger.Explained);
        Assert.Equal(before, await SettingsAsync(bench.Spy));
    });

    [Fact]
    public Task A_go_that_comes_before_the_copy_holds_nothing_up() => RunAsync(async bench =>
    {
        var control = new MigrationControl(holds: true);
        bench.Ownership.Before = call =>
        {
            control.Go();
            return Task.CompletedTask;
        };
        var report = await bench.MigrateAsync(change: request => request with { Control = control });
        bench.AssertMigrated(report);
        Assert.InRange(report.Statistics.Total.TotalSeconds, 0, 10);
        Assert.Equal(TimeSpan.FromMilliseconds(30), report.Statistics.DowntimeLimit);
    });

    [Fact]
    public Task A_held_migration_can_be_cancelled() => RunAsync(async bench =>
    {
        using var caller = new CancellationTokenSource(TimeSpan.FromMinutes(5), bench.Time);
        var report = await bench.MigrateAsync(
            change: request => request with { Control = new MigrationControl(holds: true) }, cancellation: caller.Token);
        Assert.True(bench.AssertRolledBack(report).IsCancellation);
    });

    [Fact]
    public Task A_guest_that_writes_nothing_cannot_be_held_and_stays() => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync(change: request => request with { Control = new MigrationControl(holds: true) });
            Assert.Contains("while the caller held it", bench.AssertRolledBack(report).Message, StringComparison.Ordinal);
            var runs = bench.Pair.Runs;
            Assert.InRange(runs[^1].Began - runs[^2].Ended!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(50));
        },
        SmallGuest with { DirtyBytesPerSecond = 0 });

    [Fact]
    public Task A_go_counts_where_somebody_has_paused_the_guest_meanwhile() => RunAsync(async bench =>
    {
        var control = new MigrationControl(holds: true);
        var migrating = bench.MigrateAsync(change: request => request with { Control = control });
        await bench.PassAsync(5);
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        await bench.PassAsync(5);
        Assert.False(migrating.IsCompleted);
        control.Go();
        var report = await migrating;
        Assert.True(report.Outcome is MigrationOutcome.Migrated { IsPaused: true }, $"{report.Outcome}");
        Assert.InRange(report.Statistics.Total.TotalSeconds, 10, 15); // at 4 MB/s it would take 67
    });

    [Fact]
    public Task A_go_that_comes_as_there_is_nothing_left_to_copy_is_in_time() => RunAsync(
        async bench =>
        {
            var control = new MigrationControl(holds: true);
            using var stream = bench.Spy.Subscribe("MIGRATION");
            var migrating = bench.MigrateAsync(
                profile: MigrationProfile.Default with { Polling = PollingStrategy.Pve2017Before }, change: request => request with { Control = control });
            while ((await stream.ReadAsync(Cancellation)).Data.GetProperty("status").GetString() != "pre-switchover")
            {
            }

            control.Go();
            bench.AssertMigrated(await migrating);
        },
        SmallGuest with { DirtyBytesPerSecond = 0 });

    [Fact]
    public Task A_deadline_counts_where_somebody_has_paused_the_guest() => RunAsync(async bench =>
    {
        var migrating = bench.MigrateAsync(change: request => request with { Goal = Goal with { Time = TimeSpan.FromSeconds(20) }, MaxBandwidth = 1_000_000 });
        await bench.PassAsync(5);
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        var report = await migrating;
        Assert.True(report.Outcome is MigrationOutcome.RolledBack { Failure.Message: var why } && why.StartsWith("The goal was not kept", StringComparison.Ordinal), $"{report.Outcome}");
        Assert.InRange(report.Statistics.Total.TotalSeconds, 20, 21);
    });

    [Fact]
    public Task The_bandwidth_can_be_changed() => RunAsync(async bench =>
    {
        var control = new MigrationControl();
        var migrating = bench.MigrateAsync(change: request => request with { Control = control, MaxBandwidth = 1_000_000 });
        await bench.PassAsync(10);
        control.LimitBandwidth(2_000_000);
        await bench.PassAsync(1);
        var parameters = await bench.Spy.ExecuteAsync(QmpCommands.QueryMigrateParameters, cancellationToken: Cancellation);
        Assert.Equal(2_000_000, parameters.MaxBandwidth);
        Assert.False(migrating.IsCompleted);
        control.LimitBandwidth(0);
        await bench.PassAsync(5);
        Assert.True(migrating.IsCompleted);
        bench.AssertMigrated(await migrating);
    });

    [Fact]
    public Task The_goal_can_be_changed() => RunAsync(
        async bench =>
        {
            var control = new MigrationControl();
            var migrating = bench.MigrateAsync(change: request => request with { Control = control, Goal = Goal });
            await bench.PassAsync(10);
            control.Aim(Goal with { Pause = TimeSpan.FromMilliseconds(30) });
            await bench.PassAsync(1);
            var parameters = await bench.Spy.ExecuteAsync(QmpCommands.QueryMigrateParameters, cancellationToken: Cancellation);
            Assert.InRange(parameters.DowntimeLimit!.Value.TotalMilliseconds, 1, 20);
            control.Aim(Goal with { Pause = TimeSpan.FromSeconds(1) });

            var report = await migrating;
            bench.AssertMigrated(report);
            Assert.True(report.GoalKept);
            Assert.InRange(report.Statistics.Total.TotalSeconds, 11, 30);
        },
        Busy);

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        var control = new MigrationControl();
        Assert.Throws<ArgumentOutOfRangeException>(() => control.LimitBandwidth(-1));
        Assert.Throws<ArgumentException>(() => control.Aim(Goal with { Time = TimeSpan.Zero }));
        control.Go(); // nothing is held, and nothing runs
        Assert.False(control.IsHolding);
    }

    [Fact]
    public Task Progress_comes_at_most_ten_times_a_second_and_says_what_is_awaited() => RunAsync(
        async bench =>
        {
            var seen = new Handler(_ => { });
            bench.AssertRolledBack(await bench.MigrateAsync(progress: seen, change: request => request with { Goal = Goal with { Time = TimeSpan.FromSeconds(20) } }));

            var copying = seen.Seen.Where(progress => progress is { Phase: MigrationPhase.Copying, Step: "copy RAM" }).ToList();
            Assert.InRange(copying.Count, 30, 200);
            Assert.All(copying.Zip(copying.Skip(1)), pair => Assert.True(pair.Second.Elapsed - pair.First.Elapsed >= TimeSpan.FromMilliseconds(100)));
            Assert.Contains(copying, progress => progress.WaitsFor is "the guest dirties its RAM as fast as it is copied" && progress.PredictedEnd is null);
            Assert.Equal(MigrationPhase.Ended, seen.Seen[^1].Phase);
        },
        Busy);

    [Fact]
    public Task The_end_is_foretold_while_the_copy_gets_on() => RunAsync(async bench =>
    {
        var seen = new Handler(_ => { });
        var report = await bench.MigrateAsync(progress: seen, change: request => request with { MaxBandwidth = 10_000_000 });
        bench.AssertMigrated(report);
        var late = seen.Seen.Last(progress => progress.PredictedEnd is not null);
        Assert.InRange(late.PredictedEnd!.Value, late.Elapsed, report.Statistics.Total + TimeSpan.FromSeconds(1));
        Assert.Null(seen.Seen[^1].PredictedEnd);
    });
}
