using Pve.Migration.Engine;
using Pve.Migration.Testing;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>A guest that goes ahead of its RAM: from the start of the post-copy it only goes forward.</summary>
public sealed class PostCopyTests
{
    private static readonly MigrationGoal Goal = new()
    {
        Pause = TimeSpan.FromMilliseconds(100),
        Time = TimeSpan.FromSeconds(20),
        Else = GoalFallback.PostCopy,
    };

    private static readonly MigrationProfile AtOnce = MigrationProfile.Default with { Convergence = ConvergenceStrategy.PostCopyAfter(TimeSpan.FromMilliseconds(1)) };

    // 64 MiB over and over, at 1 Gbit/s: 537 ms
    private static SimulatedQemuOptions Busy => SmallGuest with { DirtyBytesPerSecond = 400L << 20, WorkingSetBytes = 64L << 20 };

    [Fact]
    public Task A_goal_that_cannot_be_kept_otherwise_is_kept_by_it() => RunAsync(
        async bench =>
        {
            var runningAtHandover = 0;
            bench.Ownership.Before = call =>
            {
                runningAtHandover = call == "hand over ownership" ? bench.Pair.RunningNow : runningAtHandover;
                return Task.CompletedTask;
            };
            var report = await bench.MigrateAsync(change: request => request with { Goal = Goal });

            bench.AssertMigrated(report);
            Assert.True(report.WentPostCopy);
            Assert.Equal(1, runningAtHandover); // there is no way back from the pause, so it is handed over before
            Assert.InRange(report.Ledger.Paused!.Value.TotalMilliseconds, 1, 30);
            Assert.Equal(report.Ledger.Paused, report.Ledger.Explained);
            Assert.InRange(report.Ledger.Paused.Value - bench.TruePause, TimeSpan.FromMicroseconds(-2), TimeSpan.FromMicroseconds(2));
            Assert.InRange(Line(report, PostCopy.Rest).TotalMilliseconds, 400, 1100);
            Assert.Equal(0, bench.Pair.Source.ExitCode);
            Assert.IsType<ConvergenceDecision.StartPostCopy>(report.Convergence[^1].Decision);
        },
        Busy);

    [Fact]
    public Task A_copy_that_ends_before_it_could_start_is_as_good() => RunAsync(async bench =>
    {
        bench.Ownership.Before = call => call == "hand over ownership" ? bench.PassAsync(10) : Task.CompletedTask;
        var report = await bench.MigrateAsync(profile: AtOnce);
        bench.AssertMigrated(report);
        Assert.False(report.WentPostCopy);
    });

    [Fact]
    public Task A_held_copy_has_none_and_says_so() => RunAsync(
        async bench =>
        {
            var control = new MigrationControl(holds: true);
            var migrating = bench.MigrateAsync(profile: AtOnce, change: request => request with { Control = control });
            await bench.PassAsync(5);
            control.Go();
            var report = await migrating;
            Assert.Contains("Post-copy is not possible between these two", bench.AssertRolledBack(report).Message, StringComparison.Ordinal);
            Assert.Contains("held copy", Assert.Single(report.Warnings), StringComparison.Ordinal);
        },
        Busy);

    [Fact]
    public Task Before_it_starts_all_can_be_undone() => RunAsync(
        async bench =>
        {
            using var caller = new CancellationTokenSource();
            bench.Ownership.Before = call => call == "hand over ownership" ? caller.CancelAsync() : Task.CompletedTask;
            var before = await SettingsAsync(bench.Spy);
            var report = await bench.MigrateAsync(profile: AtOnce, cancellation: caller.Token);
            Assert.True(bench.AssertRolledBack(report).IsCancellation);
            Assert.Contains("revert ownership", bench.Ownership.Calls);
            Assert.Equal(before, await SettingsAsync(bench.Spy));
        },
        Busy);

    [Fact]
    public Task R11_Once_started_nobody_can_cancel_it() => RunAsync(
        async bench =>
        {
            using var caller = new CancellationTokenSource();
            using var stopped = bench.Spy.Subscribe("STOP");
            var migrating = bench.MigrateAsync(profile: AtOnce, cancellation: caller.Token);
            await stopped.ReadAsync(Cancellation);
            await caller.CancelAsync();
            var report = await migrating;
            bench.AssertMigrated(report);
            Assert.True(report.WentPostCopy);
        },
        Busy);

    [Theory]
    [InlineData("resume")]
    [InlineData("copy the rest")]
    public Task A_target_that_is_lost_afterwards_takes_the_guest_with_it_and_nothing_is_made_worse(string at) => RunAsync(
        async bench =>
        {
            var target = bench.Local();
            target.Before = step =>
            {
                if (step == "resume" && at == step)
                {
                    bench.Pair.Target.Kill();
                }

                return Task.CompletedTask;
            };
            var handler = new Handler(progress =>
            {
                if (progress.Step == at)
                {
                    bench.Pair.Target.Kill();
                }
            });
            var report = await bench.MigrateAsync(target, profile: AtOnce, progress: handler);

            var unknown = bench.AssertUnknown(report);
            Assert.Contains("End neither QEMU", unknown.NextActions[0], StringComparison.Ordinal);
            Assert.True(report.WentPostCopy);
            Assert.True(bench.Pair.Source.IsAlive && !bench.Pair.Source.IsGuestRunning);
            Assert.DoesNotContain("revert ownership", bench.Ownership.Calls);
            Assert.DoesNotContain("destroy", target.Calls);
        },
        Busy);

    [Fact]
    public Task A_refusal_to_resume_there_gives_nothing_back() => RunAsync(
        async bench =>
        {
            var target = bench.Local();
            target.Resume = (_, _) => Task.FromResult(new ResumeResult(ResumeAnswer.Refused, "not today"));
            var unknown = bench.AssertUnknown(await bench.MigrateAsync(target, profile: AtOnce));
            Assert.Contains(unknown.Evidence, told => told.Contains("not today", StringComparison.Ordinal));
            Assert.False(bench.Pair.Source.IsGuestRunning);
            Assert.True(bench.Pair.Target.IsAlive);
        },
        Busy);

    [Fact]
    public Task A_lost_connection_is_mended_and_the_rest_comes_over_another() => RunAsync(
        async bench =>
        {
            var target = bench.Local();
            var report = await bench.MigrateAsync(target, profile: AtOnce, progress: Once(PostCopy.Rest, bench.Pair.Link.CutConnections));

            bench.AssertMigrated(report);
            Assert.Equal(1, report.Mended);
            Assert.Single(target.Calls, "listen again");
            Assert.Contains(report.Warnings, warning => warning.Contains("it was mended after", StringComparison.Ordinal));
            Assert.Equal(0, bench.Pair.Source.ExitCode);
        },
        Busy);

    [Fact]
    public Task What_cannot_be_mended_at_once_is_tried_again() => RunAsync(
        async bench =>
        {
            var target = bench.Local();
            target.Before = step => step == "listen again" && target.Calls.Count(call => call == step) < 4
                ? throw new MigrationTargetException("The network is down.")
                : Task.CompletedTask;
            var report = await bench.MigrateAsync(target, profile: AtOnce, progress: Once(PostCopy.Rest, bench.Pair.Link.CutConnections));
            bench.AssertMigrated(report);
            Assert.Equal((1, 4), (report.Mended, target.Calls.Count(call => call == "listen again")));
        },
        Busy);

    [Fact]
    public Task What_cannot_be_mended_at_all_is_unknown_and_neither_side_is_ended() => RunAsync(
        async bench =>
        {
            var target = bench.Local();
            target.Before = step => step == "listen again" ? throw new MigrationTargetException("The network is down.") : Task.CompletedTask;
            var report = await bench.MigrateAsync(target, profile: AtOnce, progress: Once(PostCopy.Rest, bench.Pair.Link.CutConnections));

            var unknown = bench.AssertUnknown(report);
            Assert.Contains("could not be mended within 600 s. The network is down.", unknown.Failure.Message, StringComparison.Ordinal);
            Assert.Contains("End neither QEMU", unknown.NextActions[0], StringComparison.Ordinal);
            Assert.True(bench.Pair.Source.IsAlive && bench.Pair.Target.IsAlive);
        },
        Busy);

    [Fact]
    public Task What_can_never_be_mended_is_not_tried_again() => RunAsync(
        async bench =>
        {
            var target = bench.Local();
            target.Before = step => step == "listen again" ? throw new NotSupportedException("It has nowhere to listen again.") : Task.CompletedTask;
            var report = await bench.MigrateAsync(target, profile: AtOnce, progress: Once(PostCopy.Rest, bench.Pair.Link.CutConnections));

            var unknown = bench.AssertUnknown(report);
            Assert.Contains("cannot be mended. It has nowhere", unknown.Failure.Message, StringComparison.Ordinal);
            Assert.Single(target.Calls, "listen again");
            Assert.InRange(Line(report, PostCopy.Rest), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        },
        Busy);

    [Fact]
    public Task A_rest_that_never_moves_again_comes_to_an_end() => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync(profile: AtOnce, progress: Once(PostCopy.Rest, bench.Pair.Source.Freeze));
            var unknown = bench.AssertUnknown(report);
            Assert.Contains("Nothing of the rest has moved for 600 s", unknown.Failure.Message, StringComparison.Ordinal);
            Assert.InRange(Line(report, PostCopy.Rest), TimeSpan.FromSeconds(600), TimeSpan.FromSeconds(900));
        },
        Busy);

    [Fact]
    public Task A_connection_that_carries_nothing_is_given_up_for_another() => RunAsync(
        async bench =>
        {
            var thawed = Task.CompletedTask;
            var handler = Once(PostCopy.Rest, () =>
            {
                bench.Pair.Target.Freeze();
                thawed = ThawAsync();
            });
            var report = await bench.MigrateAsync(profile: AtOnce, progress: handler);
            await thawed;
            bench.AssertMigrated(report);
            Assert.Equal(1, report.Mended);

            async Task ThawAsync()
            {
                await bench.PassAsync(75);
                bench.Pair.Target.Thaw();
            }
        },
        Busy);

    [Fact]
    public Task Pages_that_are_waited_for_overtake_where_that_is_wanted() => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync(
                profile: AtOnce, change: request => request with { Transfer = new TransferPolicy { PreemptsPostCopy = true } });
            bench.AssertMigrated(report);
            Assert.Contains(MigrationCapability.PostcopyPreempt, report.Capabilities);
            Assert.Empty(report.Warnings);
        },
        Busy);

    private static Handler Once(string step, Action act)
    {
        var isDone = false;
        return new Handler(progress =>
        {
            if (progress.Step == step && !isDone)
            {
                isDone = true;
                act();
            }
        });
    }

    [Fact]
    public Task Disks_and_post_copy_are_refused_together() => RunAsync(async bench =>
    {
        var target = bench.Local();
        await Assert.ThrowsAsync<ArgumentException>(() => bench.MigrateAsync(
            target, change: request => request with { Goal = Goal, Disks = [new MigrationDisk("disk")] }));
        Assert.Empty(target.Calls);
    });
}
