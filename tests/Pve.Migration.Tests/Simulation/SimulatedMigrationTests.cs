using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tests.Simulation;

public sealed class SimulatedMigrationTests
{
    private const string ReturnPath = "return-path";
    private const string PreSwitchover = "pause-before-switchover";

    private readonly VirtualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task The_events_come_in_qemus_order() => RunAsync(async talk =>
    {
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.Completed);
        await talk.Target.ExecuteAsync(QmpCommands.Continue);
        await Task.Delay(TimeSpan.FromMilliseconds(1), _time, Cancellation);
        talk.Listen();

        Assert.Equal(["setup", "PASS 1", "active", "PASS 2", "PASS 3", "STOP", "PASS 4", "completed"], talk.SourceSaid);
        Assert.Equal(["setup", "active", "completed", "RESUME"], talk.TargetSaid);
        Assert.Equal((RunState.PostMigrate, RunState.Running), (talk.Pair.Source.RunState, talk.Pair.Target.RunState));
        AssertOneGuest(talk);

        var info = await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate);
        Assert.Equal(0, info.Ram!.Remaining);
        Assert.InRange(info.Ram.Transferred, info.Ram.Total, info.Ram.Total * 11 / 10);
        Assert.InRange(info.Ram.Mbps, 900, 1000);
        Assert.InRange(info.Downtime!.Value, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(300));
    }, ReturnPath);

    [Fact]
    public Task The_completed_source_is_postmigrate_a_little_later() => RunAsync(async talk =>
    {
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.Completed);
        Assert.Equal(RunState.FinishMigrate, (await talk.Source.ExecuteAsync(QmpCommands.QueryStatus)).Status);
        await Task.Delay(TimeSpan.FromMilliseconds(1), _time, Cancellation);
        Assert.Equal(RunState.PostMigrate, (await talk.Source.ExecuteAsync(QmpCommands.QueryStatus)).Status);
    }, ReturnPath);

    [Fact]
    public Task Pre_switchover_waits_for_ever_and_goes_on_when_told() => RunAsync(async talk =>
    {
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.PreSwitchover);
        await Task.Delay(TimeSpan.FromHours(1), _time, Cancellation);
        await AssertRefusedAsync("Migration is not finalized yet", talk.Source.ExecuteAsync(QmpCommands.Continue));
        await AssertRefusedAsync("Migration not in expected state: pre-switchover",
            talk.Source.ExecuteAsync(QmpCommands.MigrateContinue, new MigrateContinue(MigrationStatus.Device)));
        await talk.Source.ExecuteAsync(QmpCommands.MigrateContinue, new MigrateContinue(MigrationStatus.PreSwitchover));
        await talk.SourceReachesAsync(MigrationStatus.Completed);
        Assert.Equal(["setup", "PASS 1", "active", "PASS 2", "PASS 3", "STOP", "pre-switchover", "device", "PASS 4", "completed"], talk.SourceSaid);
        Assert.Equal(RunState.Paused, talk.Pair.Target.RunState);
    }, ReturnPath, PreSwitchover);

    [Fact]
    public Task Cancelling_while_active_leaves_the_guest_where_it_is() => RunAsync(async talk =>
    {
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.Active);
        await talk.Source.ExecuteAsync(QmpCommands.MigrateCancel);
        await talk.SourceReachesAsync(MigrationStatus.Cancelled);
        Assert.Equal(["setup", "PASS 1", "active", "cancelling", "cancelled"], talk.SourceSaid);
        Assert.Equal(1, await talk.Pair.Target.Exited.WaitAsync(Cancellation));
        AssertOneGuest(talk);
    });

    [Fact]
    public Task Cancelling_at_pre_switchover_resumes_the_guest() => RunAsync(async talk =>
    {
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.PreSwitchover);
        await talk.Source.ExecuteAsync(QmpCommands.MigrateCancel);
        await talk.SourceReachesAsync(MigrationStatus.Cancelled);
        Assert.Equal(["STOP", "pre-switchover", "cancelling", "RESUME", "cancelled"], talk.SourceSaid.TakeLast(5));
        Assert.Equal(1, await talk.Pair.Target.Exited.WaitAsync(Cancellation));
        Assert.Null((await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate)).Ram);
        AssertOneGuest(talk);
    }, PreSwitchover);

    [Fact]
    public Task A_target_that_dies_while_active_fails_the_source_which_runs_on() => RunAsync(async talk =>
    {
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.Active);
        talk.Pair.Target.Kill();
        Assert.IsType<QmpConnectionException>(await talk.Target.Ended);
        await talk.SourceReachesAsync(MigrationStatus.Failed);
        Assert.Equal("Unable to write to socket: Bad file descriptor", (await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate)).ErrorDesc);
        AssertOneGuest(talk);
    }, ReturnPath);

    [Fact]
    public Task A_target_that_dies_at_pre_switchover_goes_unnoticed_until_something_is_sent() => RunAsync(async talk =>
    {
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.PreSwitchover);
        talk.Pair.Target.Kill();
        await Task.Delay(TimeSpan.FromHours(1), _time, Cancellation);
        Assert.Equal(MigrationStatus.PreSwitchover, talk.Pair.Source.MigrationStatus);
        await talk.Source.ExecuteAsync(QmpCommands.MigrateContinue, new MigrateContinue(MigrationStatus.PreSwitchover));
        await talk.SourceReachesAsync(MigrationStatus.Failed);
        await Task.Delay(TimeSpan.FromMilliseconds(1), _time, Cancellation);
        AssertOneGuest(talk);
    }, ReturnPath, PreSwitchover);

    [Fact]
    public Task A_mismatch_with_a_return_path_brings_the_source_back() => RunAsync(async talk =>
    {
        talk.Pair.Target.FailIncoming();
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.Failed);
        await Task.Delay(TimeSpan.FromMilliseconds(1), _time, Cancellation);
        talk.Listen();
        Assert.Equal(["failed", "RESUME"], talk.SourceSaid.TakeLast(2));
        Assert.Equal(["setup", "active", "failed"], talk.TargetSaid);
        Assert.Equal(1, talk.Pair.Target.ExitCode);
        AssertOneGuest(talk);
    }, ReturnPath);

    [Fact]
    public Task A_mismatch_without_a_return_path_leaves_nobody_running() => RunAsync(async talk =>
    {
        talk.Pair.Target.FailIncoming();
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.Completed);
        Assert.Equal(1, await talk.Pair.Target.Exited.WaitAsync(Cancellation));
        Assert.Equal((0, false), (talk.Pair.RunningNow, talk.Pair.EverTwoRan));

        // the way out: the target is dead, so the source may go on
        await talk.Source.ExecuteAsync(QmpCommands.Continue);
        AssertOneGuest(talk);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Cont_arms_the_start_of_a_target_that_still_loads_and_stop_disarms_it(bool armed) => RunAsync(async talk =>
    {
        await talk.Target.ExecuteAsync(QmpCommands.Continue);
        if (!armed)
        {
            await talk.Target.ExecuteAsync(QmpCommands.Stop);
        }

        Assert.Equal(RunState.InMigrate, (await talk.Target.ExecuteAsync(QmpCommands.QueryStatus)).Status);
        await talk.MigrateAsync();
        await talk.TargetReachesAsync(MigrationStatus.Completed);
        Assert.Equal(armed ? ["setup", "active", "RESUME", "completed"] : ["setup", "active", "completed"], talk.TargetSaid);
        Assert.Equal(armed ? 1 : 0, talk.Pair.RunningNow);
    }, ReturnPath);

    [Fact]
    public Task Cancelling_a_source_whose_target_froze_with_the_whole_stream_leaves_a_ghost() => RunAsync(async talk =>
    {
        await talk.Target.ExecuteAsync(QmpCommands.Continue);
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.PreSwitchover);
        talk.Pair.Target.Freeze();
        await talk.Source.ExecuteAsync(QmpCommands.MigrateContinue, new MigrateContinue(MigrationStatus.PreSwitchover));
        await Task.Delay(TimeSpan.FromMilliseconds(500), _time, Cancellation);
        await talk.Source.ExecuteAsync(QmpCommands.MigrateCancel);
        await talk.SourceReachesAsync(MigrationStatus.Cancelled);
        Assert.False(talk.Pair.EverTwoRan);

        talk.Pair.Target.Thaw();
        await talk.TargetReachesAsync(MigrationStatus.Completed);
        Assert.Equal((2, true), (talk.Pair.RunningNow, talk.Pair.EverTwoRan));
    }, ReturnPath, PreSwitchover);

    [Fact]
    public Task A_paused_guest_arrives_paused_even_where_the_target_would_start_it() => RunAsync(async talk =>
    {
        await talk.Target.ExecuteAsync(QmpCommands.Continue);
        await talk.Source.ExecuteAsync(QmpCommands.Stop);
        await talk.MigrateAsync();
        await talk.TargetReachesAsync(MigrationStatus.Completed);
        Assert.Equal(RunState.Paused, talk.Pair.Target.RunState);
    }, ReturnPath);

    [Fact]
    public async Task A_busy_guest_converges_only_once_the_downtime_limit_is_raised()
    {
        var guest = new SimulatedQemuOptions { DirtyBytesPerSecond = 500_000_000, WorkingSetBytes = 128_000_000 };
        await _time.RunAsync(async () =>
        {
            await using var talk = await SimulatedTalk.BeginAsync(_time, guest, null, ReturnPath);
            await talk.MigrateAsync();
            await Task.Delay(TimeSpan.FromMinutes(10), _time, Cancellation);
            var info = await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate);
            Assert.Equal(MigrationStatus.Active, info.Status);
            Assert.True(info.Ram!.DirtySyncCount > 100);
            Assert.True(info.ExpectedDowntime > TimeSpan.FromMilliseconds(300));
            Assert.True(info.Ram.DirtyPagesRate > 10_000);

            await talk.Source.ExecuteAsync(QmpCommands.MigrateSetParameters, new MigrationParameters { DowntimeLimit = TimeSpan.FromSeconds(1.2) });
            await talk.SourceReachesAsync(MigrationStatus.Completed);
            info = await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate);
            Assert.InRange(info.Downtime!.Value, TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(1.2));
        }, Cancellation);
    }

    [Fact]
    public async Task Progress_is_credible_while_the_first_pass_runs()
    {
        await RunAsync(async talk =>
        {
            await talk.Source.ExecuteAsync(QmpCommands.MigrateSetParameters, new MigrationParameters { MaxBandwidth = 50_000_000 });
            await talk.MigrateAsync();
            await talk.SourceReachesAsync(MigrationStatus.Active);
            await Task.Delay(TimeSpan.FromSeconds(4), _time, Cancellation);
            var ram = (await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate)).Ram!;
            Assert.Equal(200_000_000, ram.Transferred);
            Assert.Equal(ram.Total - ram.Transferred, ram.Remaining);
            Assert.Equal(400, ram.Mbps);

            await talk.Source.ExecuteAsync(QmpCommands.MigrateSetParameters, new MigrationParameters { MaxBandwidth = 0 });
            await Task.Delay(TimeSpan.FromSeconds(1), _time, Cancellation);
            Assert.Equal(325_000_000, (await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate)).Ram!.Transferred);
        });
    }

    [Fact]
    public async Task Eight_gibibytes_pass_in_no_time_and_the_same_way_each_time()
    {
        var (first, _) = await EightGibibytesAsync();
        var began = Stopwatch.GetTimestamp();
        var (second, elapsed) = await EightGibibytesAsync();
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(1));
        Assert.Equal(first, second);
        Assert.InRange(elapsed, TimeSpan.FromSeconds(68), TimeSpan.FromSeconds(80));
    }

    [Fact]
    public async Task It_runs_on_a_clock_that_is_advanced_by_hand()
    {
        var time = new FakeTimeProvider();
        await using var talk = await SimulatedTalk.BeginAsync(time, null, null, ReturnPath);
        await talk.MigrateAsync();
        var completed = talk.SourceReachesAsync(MigrationStatus.Completed);
        for (var i = 0; i < 100 && !completed.IsCompleted; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
        }

        await completed.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Cancellation);
        Assert.Equal(RunState.Paused, talk.Pair.Target.RunState);
    }

    [Fact]
    public async Task It_runs_in_real_time_too()
    {
        await using var talk = await SimulatedTalk.BeginAsync(TimeProvider.System, new SimulatedQemuOptions { MemoryBytes = 16L << 20 }, null, ReturnPath);
        await talk.MigrateAsync();
        await talk.SourceReachesAsync(MigrationStatus.Completed).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Cancellation);
        Assert.Equal(RunState.Paused, talk.Pair.Target.RunState);
    }

    private static async Task<(string Story, TimeSpan Elapsed)> EightGibibytesAsync()
    {
        var time = new VirtualTime();
        var story = await time.RunAsync(async () =>
        {
            await using var talk = await SimulatedTalk.BeginAsync(time, new SimulatedQemuOptions { MemoryBytes = 8L << 30 }, null, ReturnPath);
            await talk.MigrateAsync();
            await talk.SourceReachesAsync(MigrationStatus.Completed);
            await talk.Target.ExecuteAsync(QmpCommands.Continue);
            talk.Listen();
            var info = await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate);
            return $"{string.Join(' ', talk.SourceSaid)} {info.TotalTime} {info.Downtime} {info.Ram} {talk.Pair.Runs[0].Ended} {talk.Pair.Runs[1].Began}";
        }, Cancellation);
        return (story, time.Elapsed);
    }

    private static void AssertOneGuest(SimulatedTalk talk) => Assert.Equal((1, false), (talk.Pair.RunningNow, talk.Pair.EverTwoRan));

    private static async Task AssertRefusedAsync(string description, Task call)
        => Assert.Equal(description, (await Assert.ThrowsAsync<QmpCommandException>(() => call)).Description);

    private Task RunAsync(Func<SimulatedTalk, Task> body, params string[] capabilities) => _time.RunAsync(async () =>
    {
        await using var talk = await SimulatedTalk.BeginAsync(_time, null, null, capabilities);
        await body(talk);
    }, Cancellation);
}
