using System.Text.Json;

namespace Pve.Qmp.Tests.Transcripts;

public sealed class QmpReplayTests
{
    private const string Header = "qmp-transcript 1 2026-01-01T12:00:00.000000Z\n";

    private const string Opening = Header + "0.000000 == connected: QEMU\n0.001000 <- " + Samples.Greeting + "\n" + """
        0.002000 -> {"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}
        0.002500 <- {"return": {}, "id": 0}

        """;

    private const string Talk = Opening + "1.000000 -> {\"execute\":\"stop\",\"id\":41}\n1.010000 <- " + Samples.Stop + "\n" + """
        1.010001 <- {"return": {}, "id": 41}
        2.000000 -> {"execute":"set_password","arguments":{"protocol":"vnc","password":"***"},"id":42}
        2.000400 <- {"id": 42, "error": {"class": "GenericError", "desc": "no VNC"}}
        7.000000 == closed by us
        """;

    private static readonly QmpReplayOptions Fast = new() { AsFastAsPossible = true };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_gets_the_recorded_replies_and_events()
    {
        await using var replay = new QmpReplay(QmpTranscript.Parse(Talk), Fast);
        await using (var client = await ConnectAsync(replay))
        {
            Assert.Equal("Debian 1:7.2+dfsg-7", client.Greeting.Version.Package);
            using var events = client.Subscribe();
            await client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
            Assert.True(events.TryRead(out var stop)); // it came before the reply
            Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000).AddMicroseconds(123456), stop.Timestamp);

            var arguments = JsonElement.Parse("""{"password": {"whatever": 1}, "protocol": "vnc"}""");
            var refusal = await Assert.ThrowsAsync<QmpCommandException>(() => client.ExecuteAsync("set_password", arguments, cancellationToken: Ct));
            Assert.Equal("no VNC", refusal.Description);
            Assert.False(replay.Completion.IsCompleted);
            Assert.Equal(0, client.UnmatchedReplies);
        }

        await replay.Completion;
    }

    [Fact]
    public async Task Replies_and_events_come_at_their_recorded_distances()
    {
        var time = new SteppedTime();
        await using var replay = new QmpReplay(QmpTranscript.Parse(Talk), new QmpReplayOptions { TimeProvider = time });
        var connecting = ConnectAsync(replay, new QmpClientOptions { TimeProvider = time });
        Assert.Equal(TimeSpan.FromMilliseconds(1), await time.NextAsync(Ct)); // the greeting
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(0.5), await time.NextAsync(Ct));
        time.Advance(TimeSpan.FromMilliseconds(0.5));
        await using var client = await connecting;
        using var events = client.Subscribe();

        time.Advance(TimeSpan.FromHours(1)); // the client thinks for as long as it likes
        var sent = time.GetTimestamp();
        var stopping = client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
        Assert.Equal(TimeSpan.FromMilliseconds(10), await time.NextAsync(Ct));
        time.Advance(TimeSpan.FromMilliseconds(9));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(TimeSpan.FromMilliseconds(10), time.GetElapsedTime(sent, (await events.ReadAsync(Ct)).ReceivedAt));
        Assert.False(stopping.IsCompleted);
        Assert.Equal(TimeSpan.FromMicroseconds(1), await time.NextAsync(Ct));
        time.Advance(TimeSpan.FromMicroseconds(1));
        await stopping;
    }

    [Fact]
    public async Task A_replay_that_is_recorded_is_the_same_transcript_again()
    {
        var time = new SteppedTime();
        var file = new StringWriter();
        await using (var recorder = new QmpRecorder(file))
        {
            await using var replay = new QmpReplay(QmpTranscript.Parse(Talk), new QmpReplayOptions { TimeProvider = time });
            await time.RunAsync(TalkAsync(replay, new QmpClientOptions { TimeProvider = time, Recorder = recorder }), Ct);
            await replay.Completion;
        }

        var expected = QmpTranscript.Parse(Talk).Entries.Select(entry => entry.Text.Replace("QEMU", "a replay", StringComparison.Ordinal)
            .Replace("\"id\":41", "\"id\":1", StringComparison.Ordinal).Replace("\"id\": 41", "\"id\": 1", StringComparison.Ordinal)
            .Replace("\"id\":42", "\"id\":2", StringComparison.Ordinal).Replace("\"id\": 42", "\"id\": 2", StringComparison.Ordinal));
        var again = QmpTranscript.Parse(file.ToString()).Entries;
        Assert.Equal(expected, again.Select(entry => entry.Text));

        // without the client's pauses: 1 ms, 0.5 ms, 10 ms, 1 µs, 0.4 ms
        Assert.Equal([0, 1000, 1000, 1500, 1500, 11500, 11501, 11501, 11901, 11901], again.Select(entry => entry.Time.TotalMicroseconds));

        static async Task TalkAsync(QmpReplay replay, QmpClientOptions options)
        {
            await using var client = await ConnectAsync(replay, options);
            await client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
            var password = JsonElement.Parse("""{"protocol":"vnc","password":"hunter2"}""");
            await Assert.ThrowsAsync<QmpCommandException>(() => client.ExecuteAsync("set_password", password, cancellationToken: Ct));
        }
    }

    [Fact]
    public async Task Commands_that_were_in_flight_together_may_come_in_another_order()
    {
        await using var replay = new QmpReplay(QmpTranscript.Parse(Opening + """
            1.0 -> {"execute":"a","id":1}
            1.1 -> {"execute":"b","arguments":{"n":1},"id":2}
            1.2 -> {"execute":"b","arguments":{"n":2},"id":3}
            1.3 <- {"return": "a", "id": 1}
            1.4 <- {"return": "b2", "id": 3}
            1.5 <- {"return": "b1", "id": 2}
            """), Fast);
        await using (var client = await ConnectAsync(replay))
        {
            var b2 = client.ExecuteAsync("b", JsonElement.Parse("""{"n":2}"""), cancellationToken: Ct);
            var b1 = client.ExecuteAsync("b", JsonElement.Parse("""{"n":1}"""), cancellationToken: Ct);
            var a = client.ExecuteAsync("a", cancellationToken: Ct);
            Assert.Equal(["a", "b1", "b2"], (await Task.WhenAll(a, b1, b2)).Select(result => result.GetString()));
        }

        await replay.Completion;
    }

    [Fact]
    public async Task A_client_that_sends_the_second_command_only_after_the_first_reply_is_not_held_up()
    {
        await using var replay = new QmpReplay(QmpTranscript.Parse(Opening + """
            1.0 -> {"execute":"a","id":1}
            1.1 -> {"execute":"b","id":2}
            1.2 <- {"return": "a", "id": 1}
            1.3 <- {"return": "b", "id": 2}
            """), Fast);
        await using (var client = await ConnectAsync(replay))
        {
            Assert.Equal("a", (await client.ExecuteAsync("a", cancellationToken: Ct)).GetString());
            Assert.Equal("b", (await client.ExecuteAsync("b", cancellationToken: Ct)).GetString());
        }

        await replay.Completion;
    }

    [Fact]
    public async Task An_edited_transcript_plays_as_edited()
    {
        var transcript = QmpTranscript.Parse(Talk);
        transcript = transcript with
        {
            Entries = [.. transcript.Entries.Select(entry => entry.Text == Samples.Stop ? entry with { Text = Samples.Migration } : entry)],
        };
        await using var replay = new QmpReplay(transcript, Fast);
        await using var client = await ConnectAsync(replay);
        using var events = client.Subscribe();
        await client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
        Assert.Equal("pre-switchover", (await events.ReadAsync(Ct)).Data.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("cont", """{"a": 1}""", """-> {"execute":"stop","arguments":{"a":1},"id":1}""")]
    [InlineData("stop", """{"a": 2}""", """-> {"execute":"stop","arguments":{"a":1},"id":1}""")]
    [InlineData("stop", """{"a": 1, "b": 2}""", """-> {"execute":"stop","arguments":{"a":1},"id":1}""")]
    [InlineData("stop", """{}""", """-> {"execute":"stop","arguments":{"a":1},"id":1}""")]
    public async Task Another_command_is_told_with_the_line_and_both_texts(string command, string arguments, string expected)
    {
        await using var replay = new QmpReplay(QmpTranscript.Parse(Opening + "# mine\n1 -> {\"execute\":\"stop\",\"arguments\":{\"a\":1},\"id\":1}\n"), Fast);
        await using var client = await ConnectAsync(replay);
        var lost = await Assert.ThrowsAsync<QmpConnectionException>(() => client.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Ct));
        var mismatch = await Assert.ThrowsAsync<QmpReplayException>(() => replay.Completion);
        Assert.Equal((7, expected), (mismatch.Line, mismatch.Expected));
        Assert.Contains($"\"execute\":\"{command}\"", mismatch.Actual, StringComparison.Ordinal);
        Assert.Contains(mismatch.Message, lost.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_after_the_last_one_is_told()
    {
        await using var replay = new QmpReplay(QmpTranscript.Parse(Opening + "3 == closed by us"), Fast);
        await using var client = await ConnectAsync(replay);
        await Assert.ThrowsAsync<QmpConnectionException>(() => client.ExecuteAsync("more", cancellationToken: Ct));
        var mismatch = await Assert.ThrowsAsync<QmpReplayException>(() => replay.Completion);
        Assert.Equal((6, "== closed by us"), (mismatch.Line, mismatch.Expected));
    }

    [Fact]
    public async Task A_client_that_leaves_early_is_told_and_so_is_an_end_of_the_replay()
    {
        await using var left = new QmpReplay(QmpTranscript.Parse(Talk), Fast);
        await (await ConnectAsync(left)).DisposeAsync();
        var early = await Assert.ThrowsAsync<QmpReplayException>(() => left.Completion);
        Assert.Equal(6, early.Line);
        Assert.Contains("end of the conversation", early.Actual, StringComparison.Ordinal);

        var disposed = new QmpReplay(QmpTranscript.Parse(Talk), Fast);
        await using var client = await ConnectAsync(disposed);
        await disposed.DisposeAsync();
        await disposed.DisposeAsync();
        Assert.Contains("disposed", (await Assert.ThrowsAsync<QmpReplayException>(() => disposed.Completion)).Actual, StringComparison.Ordinal);
        Assert.Contains("disposed", (await client.Ended)!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3 == closed by the peer", typeof(QmpConnectionException), "closed the connection")]
    [InlineData("3 == lost: reset by peer", typeof(QmpConnectionException), "reset by peer")]
    [InlineData("3 <~ {\"retu\n4 == protocol error: cut off", typeof(QmpProtocolException), "after 6 bytes")]
    [InlineData("3 <- ju\\x07nk\n4 == protocol error: junk", typeof(QmpProtocolException), "'ju.nk'")]
    [InlineData("3 == protocol error: a line too long to record", typeof(QmpConnectionException), "closed the connection")]
    public async Task It_ends_as_recorded(string end, Type type, string message)
    {
        var time = new SteppedTime();
        await using var replay = new QmpReplay(QmpTranscript.Parse(Opening + end), new QmpReplayOptions { TimeProvider = time });
        await using var client = await time.RunAsync(ConnectAsync(replay, new QmpClientOptions { TimeProvider = time }), Ct);
        var reason = await time.RunAsync(client.Ended, Ct);
        Assert.IsType(type, reason);
        Assert.Contains(message, reason.Message, StringComparison.Ordinal);
        await time.RunAsync(replay.Completion, Ct);
    }

    [Theory]
    [InlineData("1 <- {\"return\": {}, \"id\": 9}", 6, "id 9")]
    [InlineData("1 -> {\"execute\":\"a\",\"id\":1}\n1 <- {\"return\": {}, \"id\": 1}\n1 <- {\"return\": {}, \"id\": 1}", 8, "id 1")]
    [InlineData("1 == gap: 3 messages were not recorded", 6, "missing")]
    [InlineData("1 -> {\"execute\"", 6, "not JSON")]
    [InlineData("1 -> 5", 6, "not JSON")]
    public void What_cannot_be_replayed_is_refused_with_its_line(string lines, int line, string message)
    {
        var refusal = Assert.Throws<QmpTranscriptException>(() => new QmpReplay(QmpTranscript.Parse(Opening + lines)));
        Assert.Equal(line, refusal.Line);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stray_reply_is_played_where_it_is_allowed()
    {
        await using var replay = new QmpReplay(QmpTranscript.Parse(Opening + """
            1 -> {"execute":"a","id":1}
            1 <- {"return": {}, "id": 99}
            1 <- {"return": {}, "id": 1}
            """), Fast with { AllowStrayReplies = true });
        await using var client = await ConnectAsync(replay);
        await client.ExecuteAsync("a", cancellationToken: Ct);
        Assert.Equal(1, client.UnmatchedReplies);
    }

    [Fact]
    public async Task A_transcript_that_a_person_wrote_needs_no_ids()
    {
        await using var replay = new QmpReplay(QmpTranscript.Parse(Header + "0 <- " + Samples.Greeting + "\n" + """
            0 -> {"execute": "qmp_capabilities", "arguments": {"enable": ["oob"]}}
            0 <- {"return": {}}
            0 -> {"execute": "a"}
            0 <- {"return": "for a" }
            """), Fast);
        await using (var client = await ConnectAsync(replay))
        {
            Assert.Equal("for a", (await client.ExecuteAsync("a", cancellationToken: Ct)).GetString());
        }

        await replay.Completion;
    }

    [Fact]
    public void Conversations_are_replayed_one_by_one()
    {
        var both = QmpTranscript.Parse(Talk + "\n8 == connected: QEMU\n9 == closed by us");
        Assert.Throws<ArgumentException>(() => new QmpReplay(both));
        Assert.Equal(2, both.Conversations.Count);
    }

    private static Task<QmpClient> ConnectAsync(QmpReplay replay, QmpClientOptions? options = null)
        => QmpClient.ConnectAsync(replay.Connection, "a replay", options, Ct);
}
