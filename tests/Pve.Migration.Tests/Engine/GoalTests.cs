using Pve.Migration.Engine.Convergence;
using Pve.Migration.Testing;
using static Pve.Migration.ConvergenceDecision;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class GoalTests
{
    private static readonly MigrationGoal Goal = new() { Pause = TimeSpan.FromMilliseconds(100), Time = TimeSpan.FromSeconds(30) };

    // 64 MiB over and over, at 1 Gbit/s: 537 ms
    private static SimulatedQemuOptions Busy => SmallGuest with { DirtyBytesPerSecond = 400L << 20, WorkingSetBytes = 64L << 20 };

    // 8 MiB over and over: 67 ms
    private static SimulatedQemuOptions LessBusy => SmallGuest with { DirtyBytesPerSecond = 400L << 20, WorkingSetBytes = 8L << 20 };

    [Fact]
    public Task A_quiet_guest_keeps_it_with_a_pause_far_shorter() => RunAsync(async bench =>
    {
        var handler = new Handler(_ => { });
        var report = await bench.MigrateAsync(progress: handler, change: Aim(Goal));

        bench.AssertMigrated(report);
        Assert.Empty(report.Warnings);
        Assert.True(report.GoalKept);
        Assert.InRange(report.Ledger.Paused!.Value.TotalMilliseconds, 1, 15);
        Assert.InRange(report.PredictedPause!.Value.TotalMilliseconds, 5, 15);
        Assert.Contains(handler.Seen, seen => seen is { Phase: MigrationPhase.Copying, PredictedPause: not null });
        Assert.Equal(report.PredictedPause, handler.Seen[^1].PredictedPause);
    });

    [Fact]
    public Task The_limit_rises_to_what_a_stalled_guest_needs_and_the_goal_has_room_for() => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync(change: Aim(Goal));

            bench.AssertMigrated(report);
            Assert.True(report.GoalKept, string.Join("; ", report.Warnings));
            Assert.InRange(report.Statistics.DowntimeLimit.TotalMilliseconds, 67, 90); // 100 ms less the fixed part
            Assert.InRange(report.Ledger.Paused!.Value.TotalMilliseconds, 60, 100);
            Assert.InRange(report.PredictedPause!.Value / report.Ledger.Paused.Value, 0.75, 1.25);
            Assert.NotEmpty(report.Convergence);
        },
        LessBusy);

    [Fact]
    public Task One_that_cannot_be_kept_is_undone_in_time() => RunAsync(
        async bench =>
        {
            var before = await SettingsAsync(bench.Spy);
            var report = await bench.MigrateAsync(change: Aim(Goal));

            var failure = bench.AssertRolledBack(report);
            Assert.Contains("pause at most 100 ms, within 30 s", failure.Message, StringComparison.Ordinal);
            Assert.False(report.GoalKept);
            Assert.InRange(report.Statistics.Total.TotalSeconds, 30, 31);
            Assert.InRange(report.Statistics.DowntimeLimit.TotalMilliseconds, 1, 90);
            Assert.IsType<GiveUp>(report.Convergence[^1].Decision);
            Assert.Equal(before, await SettingsAsync(bench.Spy));
        },
        Busy);

    [Fact]
    public Task One_that_cannot_be_kept_is_exceeded_where_the_caller_wants_it_and_not_silently() => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync(change: Aim(Goal with { Else = GoalFallback.Pause }));

            bench.AssertMigrated(report);
            Assert.False(report.GoalKept);
            Assert.Contains("was not kept", Assert.Single(report.Warnings), StringComparison.Ordinal);
            Assert.InRange(report.Ledger.Paused!.Value.TotalMilliseconds, 500, 600);
            Assert.InRange(report.PredictedPause!.Value.TotalMilliseconds, 50, 600);
            Assert.Equal(new LimitDowntime(ConvergenceStrategy.MaxDowntimeLimit), report.Convergence[^1].Decision);
            Assert.InRange(report.Convergence[^1].At.TotalSeconds, 30, 31);
        },
        Busy);

    [Fact]
    public Task A_strategy_cannot_raise_the_limit_beyond_the_goal() => RunAsync(
        async bench =>
        {
            var profile = MigrationProfile.Default with { Convergence = ConvergenceStrategy.NovaSteps(TimeSpan.FromSeconds(2), 1, TimeSpan.FromSeconds(1)) };
            var report = await bench.MigrateAsync(profile: profile, change: Aim(Goal));
            bench.AssertRolledBack(report);
            Assert.All(report.Convergence.SkipLast(1), change => Assert.InRange(((LimitDowntime)change.Decision).Limit.TotalMilliseconds, 1, 90));
        },
        Busy);

    [Fact]
    public Task The_fixed_part_is_learnt_from_one_migration_for_the_next() => RunAsync(
        async bench =>
        {
            var migrator = new LiveMigrator(new LiveMigratorOptions { TimeProvider = bench.Time });
            var first = await migrator.MigrateAsync(Aim(Goal)(bench.Request(bench.Local())), cancellationToken: Cancellation);
            bench.AssertMigrated(first);
            Assert.True(first.GoalKept);
            Assert.InRange(first.Ledger.Paused!.Value.TotalMilliseconds, 60, 80);

            await using (var next = await CreateAsync(bench.Time))
            {
                var hasty = Goal with { Pause = TimeSpan.FromMilliseconds(50) };
                var refused = await migrator.MigrateAsync(Aim(hasty)(next.Request(next.Local())), cancellationToken: Cancellation);
                var failure = next.AssertRolledBack(refused);
                Assert.Equal("check goal", failure.Step);
                Assert.Contains("50 ms cannot be kept", failure.Message, StringComparison.Ordinal);
            }

            await using (var next = await CreateAsync(bench.Time, target: Slow))
            {
                var second = await migrator.MigrateAsync(Aim(Goal)(next.Request(next.Local())), cancellationToken: Cancellation);
                next.AssertMigrated(second);
                Assert.InRange((second.PredictedPause - second.Ledger.Paused)!.Value.TotalMilliseconds, -5, 5);
            }
        },
        target: Slow);

    [Fact]
    public Task One_shorter_than_the_fixed_part_is_warned_of_where_it_may_be_exceeded() => RunAsync(async bench =>
    {
        var impossible = Goal with { Pause = TimeSpan.FromMilliseconds(2), Else = GoalFallback.Pause };
        var report = await bench.MigrateAsync(change: Aim(impossible));
        bench.AssertMigrated(report);
        Assert.Contains("was not kept", Assert.Single(report.Warnings), StringComparison.Ordinal);
        var finding = Assert.Single(report.Findings, finding => finding.Id == "goal");
        Assert.Equal(PreflightSeverity.Warning, finding.Severity);
        Assert.Contains("cannot be kept", finding.Text, StringComparison.Ordinal);
    });

    [Theory]
    [InlineData(0, 30_000, GoalFallback.Abort)]
    [InlineData(0.5, 30_000, GoalFallback.Abort)]
    [InlineData(100, 99, GoalFallback.Abort)]
    [InlineData(2_000_001, 3_000_000, GoalFallback.Abort)]
    [InlineData(100, 25d * 86_400_000, GoalFallback.Abort)]
    [InlineData(100, 30_000, (GoalFallback)7)]
    public Task One_that_contradicts_itself_is_refused_before_anything_is_touched(double pause, double time, GoalFallback otherwise) => RunAsync(async bench =>
    {
        var goal = new MigrationGoal { Pause = TimeSpan.FromMilliseconds(pause), Time = TimeSpan.FromMilliseconds(time), Else = otherwise };
        var target = bench.Local();
        await Assert.ThrowsAsync<ArgumentException>(() => bench.MigrateAsync(target, change: Aim(goal)));
        Assert.Empty(target.Calls);
    });

    [Fact]
    public void The_room_is_what_the_fixed_part_leaves_and_never_nothing()
    {
        Assert.Equal(TimeSpan.FromMilliseconds(89), GoalKeeping.RoomFor(Goal, TimeSpan.FromMilliseconds(10.2)));
        Assert.Equal(TimeSpan.FromMilliseconds(1), GoalKeeping.RoomFor(Goal, TimeSpan.FromMilliseconds(150)));
    }

    private static SimulatedQemuOptions Slow => SmallGuest with { Name = "target", Incoming = true, StartPaused = true, LoadTime = TimeSpan.FromMilliseconds(65) };

    private static Func<MigrationRequest, MigrationRequest> Aim(MigrationGoal goal) => request => request with { Goal = goal };
}
