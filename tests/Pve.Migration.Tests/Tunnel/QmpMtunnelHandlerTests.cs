using Microsoft.Extensions.Time.Testing;
using Pve.Qmp;

namespace Pve.Migration.Tests.Tunnel;

/// <summary>What the target's handler says to the monitor, as <c>qm resume</c> does.</summary>
public sealed class QmpMtunnelHandlerTests : IDisposable
{
    private const int Vm = 100;
    private readonly ScriptedMonitor _monitor = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose() => _monitor.Dispose();

    [Fact]
    public Task A_paused_guest_gets_nothing_but_cont() => ResumesAsync("""
        -> cont
        <! {"event":"RESUME"}
        <- {"return":{}}
        """);

    [Fact]
    public Task A_guest_that_runs_already_is_fine() => ResumesAsync("""
        -> cont
        <- {"return":{}}
        -> query-status
        <- {"return":{"status":"running","running":true}}
        """);

    [Fact]
    public Task A_guest_that_still_loads_is_waited_for() => ResumesAsync("""
        -> cont
        <- {"return":{}}
        -> query-status
        <- {"return":{"status":"inmigrate","running":false}}
        <! {"event":"RESUME"}
        """);

    [Fact]
    public Task A_suspended_guest_is_woken() => ResumesAsync("""
        -> cont
        <- {"return":{}}
        -> query-status
        <- {"return":{"status":"suspended","running":false}}
        -> system_wakeup
        <- {"return":{}}
        <! {"event":"WAKEUP"}
        """);

    [Fact]
    public Task A_guest_that_is_shut_down_is_reset_first() => ResumesAsync("""
        -> cont
        <- {"error":{"class":"GenericError","desc":"Resetting the Virtual Machine is required"}}
        -> query-status
        <- {"return":{"status":"shutdown","running":false}}
        -> system_reset
        <- {"return":{}}
        -> cont
        <! {"event":"RESUME"}
        <- {"return":{}}
        """);

    [Theory]
    [InlineData("inmigrate", true)]
    [InlineData("prelaunch", true)]
    [InlineData("paused", false)] // it may have loaded, and be all there is of the guest
    [InlineData("postmigrate", false)]
    [InlineData("running", false)]
    public Task What_its_client_abandoned_is_ended_only_where_it_surely_never_ran(string status, bool ends)
        => EndsAsync(handler => handler.AbandonAsync(Vm, Test), status, ends, disarms: status == "inmigrate");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_guest_that_arrives_while_its_abandoned_QEMU_is_ended_is_kept_and_runs_where_it_did(bool ran)
    {
        await using var handler = Handler();
        var abandoning = handler.AbandonAsync(Vm, Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> query-status
            <- {"return":{"status":"inmigrate","running":false}}
            -> stop
            """);
        await _monitor.PlayAsync(ran ? """<! {"event":"RESUME"}""" : "");
        await _monitor.PlayAsync("""
            <- {"return":{}}
            -> query-status
            <- {"return":{"status":"paused","running":false}}
            """);
        if (ran)
        {
            await _monitor.PlayAsync("""
                -> cont
                <- {"return":{}}
                """);
        }

        Assert.Contains("is paused, and kept", (await Assert.ThrowsAsync<MtunnelRefusedException>(() => abandoning)).ErrorText, StringComparison.Ordinal);
        await _monitor.ExpectEndAsync();
    }

    [Theory]
    [InlineData("inmigrate", true)]
    [InlineData("paused", true)]
    [InlineData("running", false)]
    public Task A_clean_up_ends_what_does_not_run(string status, bool ends)
        => EndsAsync(handler => handler.CleanUpAsync(Vm, Test), status, ends);

    [Fact]
    public async Task Status_says_whether_it_runs_and_leaves_what_was_connected_ahead()
    {
        await using var handler = Handler();
        var connecting = handler.ConnectAsync(Vm, Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> query-status
            <- {"return":{"status":"inmigrate","running":false}}
            """);
        await connecting;
        for (var i = 0; i < 2; i++)
        {
            var asking = handler.ExecuteAsync(new MtunnelRequest(Vm, "status", default), Test);
            await _monitor.PlayAsync("""
                -> query-status
                <- {"return":{"status":"paused","running":false}}
                """);
            Assert.Equal("""{"status": "paused", "running": false}""", (await asking).GetRawText());
        }
    }

    [Fact]
    public async Task Resume_when_completed_waits_for_the_stream_and_then_resumes()
    {
        await using var handler = Handler(new FakeTimeProvider());
        var resuming = handler.ExecuteAsync(new MtunnelRequest(Vm, "resume-when-completed", default), Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> query-migrate
            <- {"return":{"status":"active"}}
            <! {"event":"MIGRATION","data":{"status":"active"}}
            <! {"event":"MIGRATION","data":{"status":"completed"}}
            -> cont
            <! {"event":"RESUME"}
            <- {"return":{}}
            """);
        await resuming;
    }

    // in post-copy the rest of the RAM comes only once the guest runs
    [Theory]
    [InlineData("completed")]
    [InlineData("postcopy-active")]
    public async Task Resume_when_completed_asks_nothing_where_the_end_was_told(string status)
    {
        await using var handler = Handler(new FakeTimeProvider());
        var ahead = handler.ConnectAsync(Vm, Test);
        await GreetAndAnswerAsync();
        await ahead;
        await _monitor.PlayAsync("""
            <! {"event":"MIGRATION","data":{"status":"active"}}
            <! {"event":"MIGRATION","data":{"status":"STATUS"}}
            """.Replace("STATUS", status, StringComparison.Ordinal));
        var asking = handler.ExecuteAsync(new MtunnelRequest(Vm, "status", default), Test);
        await _monitor.PlayAsync("""
            -> query-status
            <- {"return":{"status":"paused","running":false}}
            """);
        await asking; // and so the events were heard
        await ResumeAsync(handler.ExecuteAsync(new MtunnelRequest(Vm, "resume-when-completed", default), Test));
    }

    [Fact]
    public async Task Resume_when_completed_looks_for_itself_where_no_event_comes()
    {
        var interval = TimeSpan.FromMilliseconds(10);
        var time = new NotedTime(interval);
        await using var handler = Handler(time);
        var resuming = handler.ExecuteAsync(new MtunnelRequest(Vm, "resume-when-completed", default), Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> query-migrate
            <- {"return":{}}
            """);
        foreach (var status in new[] { "active", "completed" })
        {
            await time.Armed.WaitAsync(Test);
            time.Advance(interval);
            await _monitor.PlayAsync($$$"""
                -> query-migrate
                <- {"return":{"status":"{{{status}}}"}}
                """);
        }

        await ResumeAsync(resuming);
    }

    [Fact]
    public async Task Resume_when_completed_is_refused_in_the_end_and_resumes_nothing_later()
    {
        var time = new FakeTimeProvider();
        await using var handler = Handler(time);
        var resuming = handler.ExecuteAsync(new MtunnelRequest(Vm, "resume-when-completed", default), Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> query-migrate
            <- {"return":{"status":"active"}}
            """);
        time.Advance(TimeSpan.FromSeconds(25));
        Assert.Contains("25 s", (await Assert.ThrowsAsync<MtunnelRefusedException>(() => resuming)).ErrorText, StringComparison.Ordinal);
        await _monitor.ExpectNoneOfAsync("cont");
    }

    [Theory]
    [InlineData("failed")]
    [InlineData("cancelled")]
    public async Task Resume_when_completed_resumes_nothing_of_a_stream_that_broke(string status)
    {
        await using var handler = Handler(new FakeTimeProvider());
        var resuming = handler.ExecuteAsync(new MtunnelRequest(Vm, "resume-when-completed", default), Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> query-migrate
            <- {"return":{"status":"active"}}
            <! {"event":"MIGRATION","data":{"status":"STATUS"}}
            """.Replace("STATUS", status, StringComparison.Ordinal));
        Assert.Contains(status, (await Assert.ThrowsAsync<MtunnelRefusedException>(() => resuming)).ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nbdstop_goes_to_QEMU()
    {
        await using var handler = Handler();
        var stopping = handler.ExecuteAsync(new MtunnelRequest(Vm, "nbdstop", default), Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> nbd-server-stop
            <- {"return":{}}
            """);
        await stopping;
    }

    [Fact]
    public async Task What_QEMU_refuses_is_told_in_its_words()
    {
        await using var handler = Handler();
        var resuming = handler.ResumeAsync(Vm, Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> cont
            <- {"error":{"class":"GenericError","desc":"Failed to get \"write\" lock"}}
            -> query-status
            <- {"return":{"status":"paused","running":false}}
            """);
        Assert.Equal("Failed to get \"write\" lock", (await Assert.ThrowsAsync<QmpCommandException>(() => resuming)).Description);
        await _monitor.ExpectEndAsync();
    }

    [Fact]
    public async Task A_guest_that_never_runs_is_refused_in_the_end()
    {
        var time = new FakeTimeProvider();
        await using var handler = new QmpMtunnelHandler((_, token) => _monitor.ConnectAsync(token), time, TimeSpan.FromSeconds(60));
        var resuming = handler.ResumeAsync(Vm, Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> cont
            <- {"return":{}}
            -> query-status
            <- {"return":{"status":"inmigrate","running":false}}
            """);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Contains("60 s", (await Assert.ThrowsAsync<MtunnelRefusedException>(() => resuming)).ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_was_made_ahead_is_used()
    {
        await using var handler = Handler();
        var ahead = handler.ConnectAsync(Vm, Test);
        await GreetAndAnswerAsync();
        await ahead;
        await ResumeAsync(handler.ResumeAsync(Vm, Test));
        Assert.Equal(1, _monitor.Connections);
    }

    [Fact]
    public async Task A_resume_waits_for_a_connection_that_is_being_made_ahead()
    {
        await using var handler = Handler();
        var ahead = handler.ConnectAsync(Vm, Test);
        var resuming = handler.ResumeAsync(Vm, Test);
        await _monitor.GreetAsync(); // and it is asked nothing that would only warm it
        await ahead;
        await ResumeAsync(resuming);
        Assert.Equal(1, _monitor.Connections);
    }

    [Fact]
    public async Task After_one_ahead_that_failed_it_is_connected_anew()
    {
        var isFirst = true;
        await using var handler = new QmpMtunnelHandler((_, token) =>
        {
            var connecting = isFirst ? Task.FromException<QmpClient>(new IOException("not yet")) : _monitor.ConnectAsync(token);
            isFirst = false;
            return connecting;
        });
        await Assert.ThrowsAsync<IOException>(() => handler.ConnectAsync(Vm, Test));
        var resuming = handler.ResumeAsync(Vm, Test);
        await _monitor.GreetAsync();
        await ResumeAsync(resuming);
    }

    [Fact]
    public async Task What_was_connected_ahead_and_never_used_is_closed()
    {
        var handler = Handler();
        var ahead = handler.ConnectAsync(Vm, Test);
        await GreetAndAnswerAsync();
        await ahead;
        await handler.DisposeAsync();
        await _monitor.ExpectEndAsync();
    }

    [Fact]
    public async Task Two_tunnels_of_a_VM_share_one_connection()
    {
        await using var handler = Handler();
        handler.OnTunnelBegun(Vm);
        var ahead = handler.ConnectAsync(Vm, Test);
        await GreetAndAnswerAsync();
        await ahead;
        handler.OnTunnelBegun(Vm);
        var resuming = handler.ExecuteAsync(new MtunnelRequest(Vm, "resume-when-completed", default), Test);
        await _monitor.PlayAsync("""
            -> query-migrate
            <- {"return":{"status":"active"}}
            """);
        var asking = handler.ExecuteAsync(new MtunnelRequest(Vm, "status", default), Test);
        await _monitor.PlayAsync("""
            -> query-status
            <- {"return":{"status":"inmigrate","running":false}}
            """);
        await asking; // beside a resume that is under way
        await handler.OnTunnelEndedAsync(Vm);
        await _monitor.PlayAsync("""<! {"event":"MIGRATION","data":{"status":"completed"}}""");
        await ResumeAsync(resuming);
        Assert.Equal(1, _monitor.Connections);
    }

    [Fact]
    public async Task The_last_tunnel_lets_go_of_the_monitor()
    {
        await using var handler = Handler();
        handler.OnTunnelBegun(Vm);
        handler.OnTunnelBegun(Vm);
        var ahead = handler.ConnectAsync(Vm, Test);
        await GreetAndAnswerAsync();
        await ahead;
        await handler.OnTunnelEndedAsync(Vm);
        var asking = handler.ExecuteAsync(new MtunnelRequest(Vm, "status", default), Test);
        await _monitor.PlayAsync("""
            -> query-status
            <- {"return":{"status":"inmigrate","running":false}}
            """);
        await asking;
        await handler.OnTunnelEndedAsync(Vm);
        await _monitor.ExpectEndAsync();
        Assert.Equal(1, _monitor.Connections);
    }

    [Fact]
    public async Task A_monitor_that_is_kept_is_asked_once_more_before_the_resume()
    {
        await using var handler = Handler();
        handler.OnTunnelWoken(Vm); // none is connected to for that
        handler.OnTunnelBegun(Vm);
        var ahead = handler.ConnectAsync(Vm, Test);
        await GreetAndAnswerAsync();
        await ahead;
        handler.OnTunnelWoken(Vm);
        await _monitor.PlayAsync("""
            -> query-status
            <- {"return":{"status":"inmigrate","running":false}}
            """);
        await ResumeAsync(handler.ResumeAsync(Vm, Test));
        Assert.Equal(1, _monitor.Connections);
    }

    [Fact]
    public async Task A_monitor_that_does_not_answer_that_is_let_go_of_after_a_second()
    {
        var time = new FakeTimeProvider();
        await using var handler = Handler(time);
        handler.OnTunnelBegun(Vm);
        var ahead = handler.ConnectAsync(Vm, Test);
        await GreetAndAnswerAsync();
        await ahead;
        handler.OnTunnelWoken(Vm);
        await _monitor.PlayAsync("-> query-status");
        await handler.ReleaseAsync(Vm);
        time.Advance(TimeSpan.FromSeconds(1));
        await _monitor.ExpectEndAsync();
    }

    // QEMU holds another client, and accepts none of ours
    [Fact]
    public async Task A_tunnel_that_ends_does_not_wait_for_a_monitor_that_is_busy()
    {
        var connecting = new TaskCompletionSource<CancellationToken>();
        await using var handler = new QmpMtunnelHandler(async (_, token) =>
        {
            connecting.SetResult(token);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            throw new InvalidOperationException();
        });
        handler.OnTunnelBegun(Vm);
        var ahead = handler.ConnectAsync(Vm, Test);
        await connecting.Task;
        await handler.OnTunnelEndedAsync(Vm);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ahead.WaitAsync(Test));
    }

    [Fact]
    public async Task What_is_released_is_closed_once_the_command_under_way_is_done()
    {
        await using var handler = Handler();
        var ahead = handler.ConnectAsync(Vm, Test);
        await GreetAndAnswerAsync();
        await ahead;
        var asking = handler.ExecuteAsync(new MtunnelRequest(Vm, "status", default), Test);
        await handler.ReleaseAsync(Vm);
        await _monitor.PlayAsync("""
            -> query-status
            <- {"return":{"status":"inmigrate","running":false}}
            """);
        await asking;
        await _monitor.ExpectEndAsync();
    }

    private QmpMtunnelHandler Handler(TimeProvider? time = null) => new((_, token) => _monitor.ConnectAsync(token), time);

    private async Task ResumesAsync(string transcript)
    {
        await using var handler = Handler();
        var resuming = handler.ResumeAsync(Vm, Test);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync(transcript);
        await resuming;
        await _monitor.ExpectEndAsync();
    }

    private async Task GreetAndAnswerAsync()
    {
        await _monitor.GreetAsync();
        await _monitor.PlayAsync("""
            -> query-status
            <- {"return":{"status":"inmigrate","running":false}}
            """);
    }

    private async Task ResumeAsync(Task resuming)
    {
        await _monitor.PlayAsync("""
            -> cont
            <! {"event":"RESUME"}
            <- {"return":{}}
            """);
        await resuming;
        await _monitor.ExpectEndAsync();
    }

    private async Task EndsAsync(Func<QmpMtunnelHandler, Task> act, string status, bool ends, bool disarms = false)
    {
        await using var handler = Handler();
        var running = status == "running" ? "true" : "false";
        var acting = act(handler);
        await _monitor.GreetAsync();
        await _monitor.PlayAsync($$$"""
            -> query-status
            <- {"return":{"status":"{{{status}}}","running":{{{running}}} }}
            """);
        if (!ends)
        {
            Assert.Contains("100", (await Assert.ThrowsAsync<MtunnelRefusedException>(() => acting)).ErrorText);
            await _monitor.ExpectEndAsync();
            return;
        }

        if (disarms)
        {
            await _monitor.PlayAsync("""
                -> stop
                <- {"return":{}}
                -> query-status
                <- {"return":{"status":"inmigrate","running":false}}
                """);
        }

        await _monitor.PlayAsync("""
            -> quit
            <- {"return":{}}
            """);
        Assert.False(acting.IsCompleted);
        await _monitor.HangUpAsync();
        await acting.WaitAsync(Test);
    }

    // Counts the timers of one length that are waited for.
    private sealed class NotedTime(TimeSpan due) : FakeTimeProvider
    {
        public SemaphoreSlim Armed { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == due)
            {
                Armed.Release();
            }

            return timer;
        }
    }
}
