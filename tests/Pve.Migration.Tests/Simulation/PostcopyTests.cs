using System.Text.Json;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tests.Simulation;

/// <summary>The guest goes ahead, and its pages follow.</summary>
public sealed class PostcopyTests
{
    // More than the link carries: without post-copy it would never get across.
    private static readonly SimulatedQemuOptions Busy = new() { DirtyBytesPerSecond = 500_000_000, WorkingSetBytes = 1L << 30 };

    private readonly VirtualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task The_guest_runs_there_while_its_pages_come() => RunAsync(async talk =>
    {
        await GoAheadAsync(talk);
        Assert.Equal((RunState.FinishMigrate, RunState.Running), (talk.Pair.Source.RunState, talk.Pair.Target.RunState));
        var runs = talk.Pair.Runs;
        Assert.InRange(runs[1].Began - runs[0].Ended!.Value, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(10));

        await talk.SourceReachesAsync(MigrationStatus.Completed);
        Assert.InRange(_time.Elapsed.TotalSeconds, 16.6, 16.8); // it had dirtied all again: 1 GiB at 125 MB/s, from the second 8 on
        var info = await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate);
        Assert.InRange(info.Ram!.PostcopyBytes!.Value, 1L << 30, (1L << 30) + 4096);
        Assert.InRange(info.Downtime!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));
        await Task.Delay(TimeSpan.FromSeconds(1), _time, Cancellation);
        Assert.Equal((RunState.PostMigrate, RunState.Running), (talk.Pair.Source.RunState, talk.Pair.Target.RunState));
        talk.Listen();
        Assert.Equal(["setup", "PASS 1", "active", "postcopy-active", "STOP", "PASS 2", "completed"], talk.SourceSaid);
        Assert.Equal(["setup", "active", "postcopy-active", "RESUME", "completed"], talk.TargetSaid);
    });

    [Fact]
    public Task A_broken_stream_pauses_both_until_it_is_resumed_over_another() => RunAsync(async talk =>
    {
        await BreakAsync(talk);
        await Task.Delay(TimeSpan.FromHours(1), _time, Cancellation);

        // its vCPU waits for a page and keeps the monitor; only out of band it answers
        var status = talk.Target.ExecuteAsync(QmpCommands.QueryStatus);
        await AskAsync(talk.Target, "migrate-recover", """{"uri":"unix:/again"}""", outOfBand: true);
        await AskAsync(talk.Source, "migrate", """{"uri":"unix:/nobody","resume":true}""");
        await Task.Delay(TimeSpan.FromSeconds(1), _time, Cancellation);
        Assert.Equal((MigrationStatus.PostcopyPaused, false), (talk.Pair.Source.MigrationStatus, status.IsCompleted));

        await AskAsync(talk.Source, "migrate", """{"uri":"unix:/again","resume":true}""");
        Assert.True((await status).Running);
        await talk.SourceReachesAsync(MigrationStatus.Completed);
        talk.Listen();
        Assert.Equal(
            ["postcopy-active", "STOP", "PASS 2", "postcopy-paused", "postcopy-recover", "postcopy-active", "completed"], talk.SourceSaid.Skip(3));
        Assert.Equal(
            ["postcopy-active", "RESUME", "postcopy-paused", "setup", "postcopy-recover", "postcopy-active", "completed"], talk.TargetSaid.Skip(2));
        Assert.False(talk.Pair.EverTwoRan);
        Assert.InRange((await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate)).Ram!.PostcopyBytes!.Value, 1L << 30, (1L << 30) + 4096);
    });

    [Fact]
    public Task What_was_left_when_the_stream_broke_is_sent_after_the_resume() => RunAsync(async talk =>
    {
        await BreakAsync(talk);
        var left = await RemainingAsync(talk);
        Assert.InRange(left, 700_000_000, 850_000_000); // of 1 GiB two seconds' worth is through
        await Task.Delay(TimeSpan.FromHours(1), _time, Cancellation);
        Assert.Equal(left, await RemainingAsync(talk));

        await AskAsync(talk.Target, "migrate-recover", """{"uri":"unix:/again"}""", outOfBand: true);
        await AskAsync(talk.Source, "migrate", """{"uri":"unix:/again","resume":true}""");
        await talk.SourceReachesAsync(MigrationStatus.PostcopyActive);
        var resumed = _time.Elapsed;
        await talk.SourceReachesAsync(MigrationStatus.Completed);
        Assert.InRange((_time.Elapsed - resumed).TotalSeconds, left / 125e6, (left / 125e6) + 0.1);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Cancelling_a_source_that_is_about_to_resume_leaves_both_as_they_are(bool isConnected) => RunAsync(async talk =>
    {
        await BreakAsync(talk);
        await AskAsync(talk.Target, "migrate-recover", """{"uri":"unix:/again"}""", outOfBand: true);
        await AskAsync(talk.Source, "migrate", """{"uri":"unix:/again","resume":true}""");
        if (isConnected)
        {
            await talk.SourceReachesAsync(MigrationStatus.PostcopyRecover);
        }

        await AskAsync(talk.Source, "migrate_cancel", "{}");
        await Task.Delay(TimeSpan.FromHours(1), _time, Cancellation);
        Assert.Equal(MigrationStatus.Cancelling, talk.Pair.Source.MigrationStatus);
        Assert.Equal(MigrationStatus.PostcopyPaused, talk.Pair.Target.MigrationStatus);
        Assert.False(talk.Pair.EverTwoRan);
    });

    [Fact]
    public Task A_guest_that_loads_nothing_before_the_stream_breaks_is_lost_on_the_target_only_as_far_as_it_got() => RunAsync(async talk =>
    {
        await StartAsync(talk);
        await talk.SourceReachesAsync(MigrationStatus.PostcopyActive);
        await talk.TargetReachesAsync(MigrationStatus.PostcopyActive);
        talk.Pair.Link.CutConnections();
        Assert.Equal(1, await talk.Pair.Target.Exited.WaitAsync(Cancellation));
        await talk.SourceReachesAsync(MigrationStatus.PostcopyPaused);
        Assert.Equal(0, talk.Pair.RunningNow);
    });

    private static async Task StartAsync(SimulatedTalk talk)
    {
        await talk.MigrateAsync();
        await Task.Delay(TimeSpan.FromSeconds(8), talk.Pair.Link.TimeProvider, Cancellation);
        await AskAsync(talk.Source, "migrate-start-postcopy", "{}");
    }

    private static async Task GoAheadAsync(SimulatedTalk talk)
    {
        await AskAsync(talk.Target, "cont", "{}"); // runs as soon as it has loaded
        await StartAsync(talk);
        await talk.SourceReachesAsync(MigrationStatus.PostcopyActive);
        await talk.TargetReachesAsync(MigrationStatus.PostcopyActive);
        await Task.Delay(TimeSpan.FromMilliseconds(20), talk.Pair.Link.TimeProvider, Cancellation);
    }

    private static async Task BreakAsync(SimulatedTalk talk)
    {
        await GoAheadAsync(talk);
        await Task.Delay(TimeSpan.FromSeconds(2), talk.Pair.Link.TimeProvider, Cancellation);
        talk.Pair.Link.CutConnections();
        await talk.SourceReachesAsync(MigrationStatus.PostcopyPaused);
    }

    private static async Task<long> RemainingAsync(SimulatedTalk talk)
        => (await talk.Source.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: Cancellation)).Ram!.Remaining;

    private static Task<JsonElement> AskAsync(QmpClient client, string command, string arguments, bool outOfBand = false)
        => client.ExecuteAsync(command, JsonElement.Parse(arguments), new QmpCallOptions { OutOfBand = outOfBand }, Cancellation);

    private Task RunAsync(Func<SimulatedTalk, Task> body) => _time.RunAsync(async () =>
    {
        await using var talk = await SimulatedTalk.BeginAsync(_time, Busy, capabilities: ["return-path", "postcopy-ram"]);
        await body(talk);
    }, Cancellation);
}
