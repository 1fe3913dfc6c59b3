using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class ResumeTests
{
    private static readonly ResumeResult Silence = new(ResumeAnswer.Unknown, "no answer");

    [Fact]
    public Task Refused_and_never_ran_gives_the_guest_back() => RunAsync(async bench =>
    {
        var report = await MigrateAsync(bench, (_, _) => Task.FromResult(new ResumeResult(ResumeAnswer.Refused, "not here")));
        var failure = bench.AssertRolledBack(report);
        Assert.Equal("resume", failure.Step);
        Assert.Contains("not here", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["prepare ownership", "hand over ownership", "revert ownership", "revert ownership"], bench.Ownership.Calls);
        Assert.Null(report.Ledger.Paused);
        Assert.Contains(report.Ledger.Lines, line => line is { Name: "roll back", Placement: StepPlacement.InsidePause });
    });

    [Theory]
    [InlineData(ResumeAnswer.Accepted)]
    [InlineData(ResumeAnswer.Refused)]
    [InlineData(ResumeAnswer.Unknown)]
    public Task Whatever_was_answered_a_guest_that_runs_has_arrived(ResumeAnswer answer) => RunAsync(async bench =>
    {
        bench.AssertMigrated(await MigrateAsync(bench, async (inner, token) =>
        {
            await inner.ResumeAsync(VmId, token);
            return new ResumeResult(answer, "words");
        }));
        Assert.DoesNotContain("revert ownership", bench.Ownership.Calls);
    });

    [Theory]
    [InlineData(ResumeAnswer.Accepted)]
    [InlineData(ResumeAnswer.Unknown)]
    public Task A_guest_that_does_not_go_on_is_told_once_more(ResumeAnswer answer) => RunAsync(async bench
        => bench.AssertMigrated(await MigrateAsync(bench, (_, _) => Task.FromResult(new ResumeResult(answer)))));

    [Fact]
    public Task A_target_that_never_answers_is_not_waited_for_for_ever() => RunAsync(async bench
        => bench.AssertMigrated(await MigrateAsync(bench, (_, _) => new TaskCompletionSource<ResumeResult>().Task)));

    [Fact]
    public Task A_cancellation_after_the_resume_was_sent_changes_nothing_however_long_the_answer_takes() => RunAsync(async bench =>
    {
        using var caller = new CancellationTokenSource();
        var target = bench.Local();
        target.Resume = async (inner, token) =>
        {
            await caller.CancelAsync();
            await bench.PassAsync(20);
            return await inner.ResumeAsync(VmId, token);
        };
        bench.AssertMigrated(await bench.MigrateAsync(target, cancellation: caller.Token));
        Assert.DoesNotContain("destroy", target.Calls);
    });

    [Fact]
    public Task No_answer_from_a_target_out_of_reach_is_unknown_and_nothing_is_touched() => RunAsync(async bench =>
    {
        var target = bench.Local();
        target.Resume = (_, _) =>
        {
            bench.Pair.Target.Freeze();
            return Task.FromResult(Silence);
        };
        var report = await bench.MigrateAsync(target);

        var unknown = bench.AssertUnknown(report);
        Assert.Contains(unknown.Evidence, text => text.Contains("cannot be asked", StringComparison.Ordinal));
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
        Assert.True(bench.Pair.Target.IsAlive);
        Assert.DoesNotContain("destroy", target.Calls);
        Assert.DoesNotContain("revert ownership", bench.Ownership.Calls);
    });

    [Fact]
    public Task A_refusal_from_a_target_that_cannot_be_asked_is_no_proof() => RunAsync(async bench =>
    {
        bench.AssertUnknown(await MigrateAsync(bench, (_, _) =>
        {
            bench.Pair.Target.Freeze();
            return Task.FromResult(new ResumeResult(ResumeAnswer.Refused, "gave up after cont"));
        }));
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
    });

    [Fact]
    public Task A_target_that_is_gone_before_it_is_told_gives_the_guest_back() => RunAsync(async bench =>
    {
        bench.Ownership.Before = async call =>
        {
            if (call == "hand over ownership")
            {
                bench.Pair.Target.Kill();
                await bench.PassAsync(0.1);
            }
        };
        Assert.Equal("resume", bench.AssertRolledBack(await bench.MigrateAsync()).Step);
    });

    [Fact]
    public Task A_guest_that_somebody_else_let_run_on_the_target_stays_there() => RunAsync(async bench =>
    {
        var target = bench.Local();
        bench.Ownership.Before = async call =>
        {
            if (call == "hand over ownership")
            {
                await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
                await bench.PassAsync(0.1);
                throw new InvalidOperationException("too late");
            }
        };

        var unknown = bench.AssertUnknown(await bench.MigrateAsync(target));
        Assert.Contains(unknown.Evidence, text => text.Contains("seen running on the target", StringComparison.Ordinal));
        Assert.True(bench.Pair.Target.IsGuestRunning);
        Assert.DoesNotContain("destroy", target.Calls);
    });

    [Fact]
    public Task R9_A_target_that_would_start_by_itself_waits_to_be_told() => RunAsync(
        async bench =>
        {
            bench.Ownership.Before = async call =>
            {
                if (call == "hand over ownership")
                {
                    await bench.PassAsync(1);
                    Assert.False(bench.Pair.Target.IsGuestRunning);
                }
            };
            bench.AssertMigrated(await bench.MigrateAsync());
        },
        target: SmallGuest with { Name = "target", Incoming = true, StartPaused = false });

    [Fact]
    public Task An_answer_is_heard_while_the_monitor_hangs() => RunAsync(async bench =>
    {
        var pipe = new MutePipe(bench.Pair.Target.OpenMonitor());
        await using var monitor = await QmpClient.ConnectAsync(pipe, "target", new QmpClientOptions { TimeProvider = bench.Time }, Cancellation);
        var target = new HookedTarget(new LocalTarget(new IncomingQemu(monitor, Address)))
        {
            Resume = async (_, token) =>
            {
                pipe.Mute();
                await bench.PassAsync(0.6);
                await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: token);
                return new ResumeResult(ResumeAnswer.Accepted);
            },
        };
        var report = await bench.MigrateAsync(target);
        bench.AssertMigrated(report);
        Assert.InRange(Start("see it run") - Start("resume"), TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.7));

        TimeSpan Start(string step) => report.Ledger.Lines.Single(line => line.Name == step).Start;
    });

    [Fact]
    public Task A_monitor_that_hangs_is_tried_once() => RunAsync(async bench =>
    {
        var report = await MigrateAsync(bench, async (_, _) =>
        {
            bench.Pair.Target.Freeze();
            await bench.PassAsync(0.6);
            return new ResumeResult(ResumeAnswer.Accepted);
        });
        bench.AssertUnknown(report);
        Assert.InRange(Line(report, "resume"), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(105));
    });

    [Fact]
    public Task R10_A_source_is_not_ended_beside_a_target_whose_guest_cannot_write() => RunAsync(async bench =>
    {
        var target = bench.Local();
        target.After = call =>
        {
            if (call == "resume")
            {
                bench.Pair.Target.FailGuestWrite();
            }

            return Task.CompletedTask;
        };
        var report = await bench.MigrateAsync(target);
        Assert.IsType<MigrationOutcome.Migrated>(report.Outcome);
        Assert.Contains(report.Warnings, warning => warning.Contains("is io-error now", StringComparison.Ordinal));
        Assert.Contains(report.Warnings, warning => warning.Contains("The source was left as it is", StringComparison.Ordinal));
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
    });

    private static Task<MigrationReport> MigrateAsync(EngineBench bench, Func<IMigrationTarget, CancellationToken, Task<ResumeResult>> resume)
    {
        var target = bench.Local();
        target.Resume = resume;
        return bench.MigrateAsync(target);
    }
}
