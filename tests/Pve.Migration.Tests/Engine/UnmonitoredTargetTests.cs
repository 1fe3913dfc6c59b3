using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>A target that keeps its monitor to itself: its word is all there is.</summary>
public sealed class UnmonitoredTargetTests
{
    [Fact]
    public Task Accepted_is_believed_and_nobody_is_asked() => RunAsync(async bench =>
    {
        var target = new Unmonitored(bench);
        bench.AssertMigrated(await bench.MigrateAsync(target));
        Assert.Equal(["start", "resume"], target.Calls);
    });

    [Fact]
    public Task Refused_where_it_is_said_not_to_run_gives_the_guest_back() => RunAsync(async bench =>
    {
        var target = new Unmonitored(bench) { Resume = _ => Answer(ResumeAnswer.Refused), IsRunning = () => false };
        var failure = bench.AssertRolledBack(await bench.MigrateAsync(target));
        Assert.Contains("does not run there", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["start", "resume", "asked", "destroy"], target.Calls);
    });

    [Fact]
    public Task Refused_where_it_is_said_to_run_has_arrived() => RunAsync(async bench =>
    {
        var target = new Unmonitored(bench)
        {
            Resume = async inner =>
            {
                await inner.ContinueAsync();
                return new ResumeResult(ResumeAnswer.Refused, "gave up after cont");
            },
            IsRunning = () => true,
        };
        bench.AssertMigrated(await bench.MigrateAsync(target));
        Assert.DoesNotContain("destroy", target.Calls);
    });

    [Fact]
    public Task Refused_where_it_cannot_be_told_is_unknown_and_nothing_is_touched() => RunAsync(async bench =>
    {
        var target = new Unmonitored(bench) { Resume = _ => Answer(ResumeAnswer.Refused), IsRunning = () => null };
        bench.AssertUnknown(await bench.MigrateAsync(target));
        Assert.Equal(["start", "resume", "asked"], target.Calls);
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
        Assert.DoesNotContain("revert ownership", bench.Ownership.Calls);
    });

    [Fact]
    public Task No_answer_is_never_taken_for_a_refusal_however_surely_it_does_not_run() => RunAsync(async bench =>
    {
        var target = new Unmonitored(bench) { Resume = _ => Answer(ResumeAnswer.Unknown), IsRunning = () => false };
        bench.AssertUnknown(await bench.MigrateAsync(target));
        Assert.Equal(["start", "resume", "asked", "resume", "asked"], target.Calls);
        Assert.True(bench.Pair.Target.IsAlive);
    });

    [Fact]
    public Task No_answer_is_followed_by_a_second_resume() => RunAsync(async bench =>
    {
        var asked = 0;
        var target = new Unmonitored(bench)
        {
            Resume = inner => asked++ == 0 ? Answer(ResumeAnswer.Unknown) : inner.AcceptAsync(),
            IsRunning = () => false,
        };
        bench.AssertMigrated(await bench.MigrateAsync(target));
        Assert.Equal(["start", "resume", "asked", "resume"], target.Calls);
    });

    [Fact]
    public Task A_target_that_cannot_be_asked_is_unknown() => RunAsync(async bench =>
    {
        var target = new Unmonitored(bench)
        {
            Resume = _ => Answer(ResumeAnswer.Refused),
            IsRunning = () => throw new MigrationTargetException("no route"),
        };
        var unknown = bench.AssertUnknown(await bench.MigrateAsync(target));
        Assert.Contains(unknown.Evidence, text => text.Contains("no route", StringComparison.Ordinal));
    });

    [Fact]
    public Task A_target_not_proven_dead_keeps_the_source_paused() => RunAsync(async bench =>
    {
        var target = new Unmonitored(bench)
        {
            Resume = _ => Answer(ResumeAnswer.Refused),
            IsRunning = () => false,
            Destroy = () => throw new MigrationTargetException("its process is still there"),
        };
        bench.AssertUnknown(await bench.MigrateAsync(target));
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
    });

    private static Task<ResumeResult> Answer(ResumeAnswer answer) => Task.FromResult(new ResumeResult(answer, "words"));

    [Fact]
    public Task Post_copy_is_not_possible_and_a_goal_that_needs_it_is_given_up() => RunAsync(
        async bench =>
        {
            var goal = new MigrationGoal { Pause = TimeSpan.FromMilliseconds(100), Time = TimeSpan.FromSeconds(20), Else = GoalFallback.PostCopy };
            var report = await bench.MigrateAsync(new Unmonitored(bench), change: request => request with { Goal = goal });
            Assert.Contains("Post-copy is not possible", bench.AssertRolledBack(report).Message, StringComparison.Ordinal);
            Assert.Contains("monitor is out of reach", Assert.Single(report.Warnings), StringComparison.Ordinal);
        },
        SmallGuest with { DirtyBytesPerSecond = 400L << 20 });

    private sealed class Unmonitored(EngineBench bench) : IMigrationTarget
    {
        public Func<Unmonitored, Task<ResumeResult>> Resume { get; init; } = inner => inner.AcceptAsync();

        public Func<bool?> IsRunning { get; init; } = () => null;

        public Action Destroy { get; init; } = bench.Pair.Target.Kill;

        public List<string> Calls { get; } = [];

        public string Name => "a node";

        public string? Dialect => null;

        public Task<string> Lost { get; } = new TaskCompletionSource<string>().Task;

        public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<QmpClient?>(null);

        public async Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken)
        {
            Calls.Add("start");
            return await bench.Incoming().ListenAsync(cancellationToken);
        }

        public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
        {
            Calls.Add("resume");
            return Resume(this);
        }

        public Task<bool?> IsRunningAsync(int vmId, CancellationToken cancellationToken)
        {
            Calls.Add("asked");
            return Task.FromResult(IsRunning());
        }

        public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task CloseAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task DestroyAsync(int vmId, CancellationToken cancellationToken)
        {
            Calls.Add("destroy");
            Destroy();
            return Task.CompletedTask;
        }

        public async Task ContinueAsync() => await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);

        public async Task<ResumeResult> AcceptAsync()
        {
            await ContinueAsync();
            return new ResumeResult(ResumeAnswer.Accepted);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
