using System.Text.Json;

namespace Pve.Qmp.Tests.Talk;

public sealed class DeadlineTests
{
    private const int Window = 7;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_command_that_was_sent_times_out_as_sent_and_its_reply_is_late()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var call = client.ExecuteAsync("slow", cancellationToken: Ct);
        await peer.PlayAsync("""-> {"execute": "slow", "id": 1}""");
        peer.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(call.IsCompleted);
        peer.Time.Advance(TimeSpan.FromSeconds(1));
        var timeout = await Assert.ThrowsAsync<QmpTimeoutException>(() => call);
        Assert.Equal(("slow", TimeSpan.FromSeconds(30), true, true), (timeout.Command, timeout.Timeout, timeout.Sent, timeout.ConnectionUsable));

        var next = client.ExecuteAsync("next", cancellationToken: Ct);
        await peer.PlayAsync("""
            -> {"execute": "next", "id": 2}
            <- {"return": {}, "id": 1}
            <- {"return": {}, "id": 2}
            """);
        await next;
        Assert.Equal(1, client.LateReplies);
    }

    [Fact]
    public async Task The_call_the_command_and_the_client_name_the_deadline_in_this_order()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync(peer.Options with { ReplyTimeout = TimeSpan.FromSeconds(3) });
        var byClient = client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Ct);
        var byCommand = client.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: Ct);
        var byCall = client.ExecuteAsync(QmpCommands.QueryMigrate, new QmpCallOptions { ReplyTimeout = TimeSpan.FromSeconds(2) }, Ct);
        var never = client.ExecuteAsync(QmpCommands.Stop, new QmpCallOptions { ReplyTimeout = Timeout.InfiniteTimeSpan }, Ct);
        peer.Time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<QmpTimeoutException>(() => byCall);
        Assert.False(byClient.IsCompleted);
        peer.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<QmpTimeoutException>(() => byClient);
        Assert.False(byCommand.IsCompleted);
        peer.Time.Advance(TimeSpan.FromSeconds(57));
        await Assert.ThrowsAsync<QmpTimeoutException>(() => byCommand);
        peer.Time.Advance(TimeSpan.FromDays(100));
        Assert.False(never.IsCompleted);
        await peer.PlayAsync("""<- {"return": {}, "id": 4}""");
        await never;
    }

    [Fact]
    public async Task Behind_a_full_window_a_command_waits_unsent_and_out_of_band_overtakes()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var waiting = Enumerable.Range(0, Window).Select(_ => client.ExecuteAsync("wait", cancellationToken: Ct)).ToArray();
        var unsent = client.ExecuteAsync("unsent", call: new QmpCallOptions { ReplyTimeout = TimeSpan.FromSeconds(5) }, cancellationToken: Ct);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var cancelled = client.ExecuteAsync("cancelled", cancellationToken: cancel.Token);
        var overtaking = client.ExecuteAsync(QmpCommands.QueryYank, new QmpCallOptions { OutOfBand = true }, Ct);
        for (var i = 0; i < Window; i++)
        {
            Assert.Contains("\"wait\"", await peer.ReceiveAsync(), StringComparison.Ordinal);
        }

        await peer.PlayAsync("""
            -> {"exec-oob": "query-yank", "id": 10}
            <- {"return": [], "id": 10}
            """);
        Assert.Empty(await overtaking);

        peer.Time.Advance(TimeSpan.FromSeconds(5));
        var timeout = await Assert.ThrowsAsync<QmpTimeoutException>(() => unsent);
        Assert.False(timeout.Sent);
        Assert.True(timeout.ConnectionUsable);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        // a place comes free with a reply, also with one that is late, and neither of the two above kept one
        peer.Time.Advance(TimeSpan.FromSeconds(25));
        foreach (var call in waiting)
        {
            await Assert.ThrowsAsync<QmpTimeoutException>(() => call);
        }

        var next = Enumerable.Range(0, Window).Select(_ => client.ExecuteAsync("next", cancellationToken: Ct)).ToArray();
        for (var id = 1; id <= Window; id++)
        {
            await peer.PlayAsync($$"""<- {"return": {}, "id": {{id}}}""");
        }

        foreach (var call in next)
        {
            using var request = JsonDocument.Parse(await peer.ReceiveAsync());
            Assert.Equal("next", request.RootElement.GetProperty("execute").GetString());
            await peer.SendAsync($$"""{"return": {}, "id": {{request.RootElement.GetProperty("id").GetInt64()}}}""" + "\n");
        }

        await Task.WhenAll(next);
        Assert.Equal(Window, client.LateReplies);
    }

    [Fact]
    public async Task A_peer_that_stops_reading_delays_nobody_beyond_their_deadlines()
    {
        await using var peer = new ScriptedQmpPeer();
        var client = await peer.EstablishAsync();
        var large = JsonSerializer.SerializeToElement(new { text = new string('x', 200_000) });
        var stuck = client.ExecuteAsync("large", large, cancellationToken: Ct);
        var behind = client.ExecuteAsync(QmpCommands.QueryYank, new QmpCallOptions { OutOfBand = true, ReplyTimeout = TimeSpan.FromSeconds(1) }, Ct);
        peer.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await Assert.ThrowsAsync<QmpTimeoutException>(() => behind)).Sent);
        peer.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.True((await Assert.ThrowsAsync<QmpTimeoutException>(() => stuck)).Sent);
        var last = client.ExecuteAsync("last", cancellationToken: Ct);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<QmpConnectionException>(() => last);
    }

    [Fact]
    public async Task A_reply_and_a_deadline_at_the_same_moment_have_one_outcome()
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        var answered = 0;
        const int Rounds = 200;
        for (var id = 1; id <= Rounds; id++)
        {
            var call = client.ExecuteAsync("race", cancellationToken: Ct);
            await peer.ReceiveAsync();
            var advancing = Task.Run(() => peer.Time.Advance(TimeSpan.FromSeconds(30)), Ct);
            await peer.PlayAsync($$"""<- {"return": {}, "id": {{id}}}""");
            try
            {
                await call;
                answered++;
            }
            catch (QmpTimeoutException)
            {
                // then the reply was late
            }

            await advancing;
        }

        var last = client.ExecuteAsync("last", cancellationToken: Ct);
        await peer.PlayAsync($$"""
            -> {"execute": "last", "id": {{Rounds + 1}}}
            <- {"return": {}, "id": {{Rounds + 1}}}
            """);
        await last;
        Assert.Equal(Rounds, answered + client.LateReplies);
    }

    [Fact]
    public async Task A_deadline_that_passes_before_the_command_is_taken_in_keeps_it_from_being_sent()
    {
        await using var peer = new ScriptedQmpPeer();
        var time = new TimeThatIsUp();
        await using var client = await peer.EstablishAsync(peer.Options with { TimeProvider = time });
        time.IsUp = true;
        var timeout = await Assert.ThrowsAsync<QmpTimeoutException>(() => client.ExecuteAsync("late", cancellationToken: Ct));
        Assert.False(timeout.Sent);
        time.IsUp = false;
        var next = client.ExecuteAsync("next", cancellationToken: Ct);
        await peer.PlayAsync("""
            -> {"execute": "next", "id": 2}
            <- {"return": {}, "id": 2}
            """);
        await next;
        Assert.Equal(0, client.LateReplies);
    }

    public static TheoryData<TimeSpan> NoDeadlines => [TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.MaxValue, TimeSpan.FromDays(50)];

    [Theory]
    [MemberData(nameof(NoDeadlines))]
    public async Task What_is_no_deadline_is_refused_wherever_it_is_given(TimeSpan timeout)
    {
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync();
        foreach (var refused in (Func<Task>[])[
            () => client.ExecuteAsync(QmpCommands.Stop, new QmpCallOptions { ReplyTimeout = timeout }, Ct),
            () => client.ExecuteAsync(QmpCommands.Stop with { ReplyTimeout = timeout }, cancellationToken: Ct),
            () => peer.ConnectAsync(peer.Options with { ReplyTimeout = timeout })])
        {
            Assert.Contains("ReplyTimeout", (await Assert.ThrowsAsync<ArgumentException>(refused)).Message, StringComparison.Ordinal);
        }

        var failure = await Assert.ThrowsAsync<ArgumentException>(() => peer.ConnectAsync(peer.Options with { ConnectTimeout = timeout }));
        Assert.Contains("ConnectTimeout", failure.Message, StringComparison.Ordinal);
        Assert.False(client.Ended.IsCompleted);
    }

    // A timer that is asked for late rings before anyone has it.
    private sealed class TimeThatIsUp : TimeProvider
    {
        public bool IsUp { get; set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (IsUp)
            {
                callback(state);
            }

            return System.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
