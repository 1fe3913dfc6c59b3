using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class RollbackTests
{
    [Fact]
    public Task Ownership_is_prepared_before_the_pause_and_handed_over_inside() => RunAsync(async bench =>
    {
        var running = new List<int>();
        bench.Ownership.Before = _ =>
        {
            running.Add(bench.Pair.RunningNow);
            return Task.CompletedTask;
        };
        bench.AssertMigrated(await bench.MigrateAsync());
        Assert.Equal([1, 0], running);
    });

    [Fact]
    public Task A_paused_guest_is_not_continued_while_the_target_may_live() => RunAsync(async bench =>
    {
        bench.Ownership.Before = Fail("hand over ownership");
        var report = await bench.MigrateAsync(bench.Local(_ => throw new IOException("no way to its host")));

        var unknown = bench.AssertUnknown(report);
        Assert.Contains(unknown.Evidence, text => text.Contains("no way to its host", StringComparison.Ordinal));
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
    });

    [Fact]
    public Task A_client_closed_on_this_side_is_no_proof_of_a_death() => RunAsync(async bench =>
    {
        bench.Ownership.Before = async call =>
        {
            if (call == "hand over ownership")
            {
                await bench.Target.DisposeAsync();
                throw new InvalidOperationException(call);
            }
        };
        var report = await bench.MigrateAsync(new LocalTarget(new IncomingQemu(bench.Target, Address)));

        bench.AssertUnknown(report);
        Assert.True(bench.Pair.Target.IsAlive);
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
    });

    [Fact]
    public Task The_end_of_a_monitor_at_a_path_alone_proves_no_death_since_it_may_be_a_forward() => RunAsync(async bench =>
    {
        await using var forwarded = await QmpClient.ConnectAsync(
            bench.Pair.Target.OpenMonitor(), "unix:/nonexistent/100.qmp", new QmpClientOptions { TimeProvider = bench.Time }, Cancellation);
        bench.Pair.Target.Kill();
        await forwarded.Ended;
        var unproven = await Assert.ThrowsAsync<MigrationTargetException>(() => new IncomingQemu(forwarded, Address).DestroyAsync(Cancellation));
        Assert.Contains("could not be proven dead", unproven.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_guest_whose_ownership_cannot_be_had_back_is_not_continued() => RunAsync(async bench =>
    {
        bench.Ownership.Before = call => call == "prepare ownership" ? Task.CompletedTask : throw new IOException(call);
        var unknown = bench.AssertUnknown(await bench.MigrateAsync());
        Assert.Contains(unknown.Evidence, text => text.Contains("hand over ownership", StringComparison.Ordinal));
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
    });

    [Fact]
    public Task A_handover_that_hangs_and_heeds_nothing_is_given_up() => RunAsync(async bench =>
    {
        bench.Ownership.Before = call => call == "hand over ownership" ? new TaskCompletionSource().Task : Task.CompletedTask;
        var failure = bench.AssertRolledBack(await bench.MigrateAsync());
        Assert.Equal("hand over ownership", failure.Step);
        Assert.False(failure.IsCancellation);
    });

    [Theory]
    [InlineData("close tunnel")]
    [InlineData("set replication state")]
    public Task A_step_of_the_old_profile_that_fails_inside_the_pause_gives_the_guest_back(string step) => RunAsync(async bench =>
    {
        var target = bench.Local();
        var failed = false;
        target.Before = at =>
        {
            if (at != step || failed)
            {
                return Task.CompletedTask;
            }

            failed = true;
            return Task.FromException(new MigrationTargetException("no answer"));
        };
        Assert.Equal(step, bench.AssertRolledBack(await bench.MigrateAsync(target, MigrationProfile.Pve2017Before)).Step);
        Assert.Equal(RunState.Running, await bench.SourceStateAsync());
        Assert.False(bench.Pair.EverTwoRan);
    });

    [Fact]
    public Task A_kill_that_hangs_leaves_time_to_take_a_running_guest_back() => RunAsync(async bench =>
    {
        using var caller = new CancellationTokenSource(TimeSpan.FromSeconds(1), bench.Time);
        var report = await bench.MigrateAsync(bench.Local(_ => new TaskCompletionSource().Task), cancellation: caller.Token, change: Slow);

        Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome);
        Assert.Contains(report.Warnings, warning => warning.StartsWith("The target could not be ended", StringComparison.Ordinal));
        Assert.Equal(MigrationStatus.Cancelled, bench.Pair.Source.MigrationStatus);
        Assert.Equal(RunState.Running, await bench.SourceStateAsync());
    });

    [Fact]
    public Task A_target_that_stands_still_in_the_last_pass_does_not_keep_the_guest_for_ever() => RunAsync(async bench =>
    {
        using var stopped = bench.Spy.Subscribe("STOP");
        var migrating = bench.MigrateAsync();
        await stopped.ReadAsync(Cancellation);
        bench.Pair.Target.Freeze();

        var report = await migrating;
        var failure = bench.AssertRolledBack(report);
        Assert.Contains("paused for", failure.Message, StringComparison.Ordinal);
        Assert.True(Line(report, "last RAM and devices (QEMU)") >= TimeSpan.FromSeconds(30));
    });

    [Fact]
    public Task A_source_whose_monitor_is_lost_during_the_copy_runs_on() => RunAsync(async bench =>
    {
        var migrating = bench.MigrateAsync();
        await bench.PassAsync(1);
        await bench.LoseSourceMonitorAsync();

        bench.AssertUnknown(await migrating);
        await bench.PassAsync(60);
        Assert.True(bench.Pair.Source.IsGuestRunning);
        Assert.False(bench.Pair.EverTwoRan);
    });

    [Fact]
    public Task A_guest_that_somebody_lets_run_while_the_target_is_being_ended_has_left() => RunAsync(async bench =>
    {
        bench.Ownership.Before = Fail("hand over ownership");
        var target = bench.Local();
        target.Before = at => at == "destroy" ? bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation) : Task.CompletedTask;
        var unknown = bench.AssertUnknown(await bench.MigrateAsync(target));

        Assert.Contains(unknown.Evidence, text => text.Contains("seen running on the target", StringComparison.Ordinal));
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
    });

    [Fact]
    public Task A_dead_target_whose_last_word_does_not_come_may_have_run_the_guest() => RunAsync(async bench =>
    {
        var pipe = new SilentPipe(bench.Pair.Target.OpenMonitor());
        await using var monitor = await QmpClient.ConnectAsync(pipe, "target", new QmpClientOptions { TimeProvider = bench.Time }, Cancellation);
        var target = new HookedTarget(new LocalTarget(new IncomingQemu(monitor, Address, kill: bench.KillTargetAsync)))
        {
            Resume = (_, _) => Task.FromResult(new ResumeResult(ResumeAnswer.Refused, "gave up after cont")),
            Before = async at =>
            {
                if (at == "destroy")
                {
                    pipe.FallSilent();
                    await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation); // as a resume that was on its way
                }
            },
        };
        var unknown = bench.AssertUnknown(await bench.MigrateAsync(target));
        Assert.Contains(unknown.Evidence, text => text.Contains("nobody saw whether the guest ran there", StringComparison.Ordinal));
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
        pipe.Break();
    });

    [Fact]
    public Task A_stream_that_comes_to_its_end_while_it_is_cancelled_leaves_a_ghost_where_the_target_is_not_dead() => RunAsync(async bench =>
    {
        using var stopped = bench.Spy.Subscribe("STOP");
        await using var source = await QmpClient.ConnectAsync(
            new HeldPipe(bench.Pair.Source.OpenMonitor(), "migrate_cancel", async () =>
            {
                await stopped.ReadAsync(Cancellation);
                bench.Pair.Target.Freeze();
                await bench.PassAsync(1);
            }),
            "source", new QmpClientOptions { TimeProvider = bench.Time }, Cancellation);
        using var caller = new CancellationTokenSource(TimeSpan.FromSeconds(1), bench.Time);
        var report = await bench.MigrateAsync(
            bench.Local(_ => throw new IOException("no way to its host")), change: request => request with { Source = source }, cancellation: caller.Token);

        var unknown = bench.AssertUnknown(report);
        Assert.Contains(unknown.Evidence, text => text.Contains("may have all of it", StringComparison.Ordinal));
        Assert.True(bench.Pair.Source.IsGuestRunning);
        bench.Pair.Target.Thaw();
        await bench.PassAsync(5);
        Assert.Equal(RunState.Paused, bench.Pair.Target.RunState); // whole
    });

    [Fact]
    public Task Settings_are_put_back_after_a_rollback_inside_the_pause() => RunAsync(async bench =>
    {
        var before = await SettingsAsync(bench.Spy);
        bench.Ownership.Before = Fail("hand over ownership");
        bench.AssertRolledBack(await bench.MigrateAsync());
        Assert.Equal(before, await SettingsAsync(bench.Spy));
    });

    [Fact]
    public Task A_token_that_is_cancelled_already_begins_nothing() => RunAsync(async bench =>
    {
        var target = bench.Local();
        var failure = bench.AssertRolledBack(await bench.MigrateAsync(target, cancellation: new CancellationToken(true)));
        Assert.True(failure.IsCancellation);
        Assert.Equal(["destroy"], target.Calls);
        Assert.Empty(bench.Ownership.Calls);
    });

    [Fact]
    public Task A_cancellation_right_before_the_resume_warns_of_nothing() => RunAsync(async bench =>
    {
        using var caller = new CancellationTokenSource();
        bench.Ownership.Before = call => call == "hand over ownership" ? caller.CancelAsync() : Task.CompletedTask;
        var report = await bench.MigrateAsync(cancellation: caller.Token);
        Assert.True(bench.AssertRolledBack(report).IsCancellation);
        Assert.Empty(report.Warnings);
    });

    private static MigrationRequest Slow(MigrationRequest request) => request with { MaxBandwidth = 1_000_000 };

    private static Func<string, Task> Fail(string call) => at => at == call ? throw new InvalidOperationException(call) : Task.CompletedTask;
}
