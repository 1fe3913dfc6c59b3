using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Qmp.Tests.Talk;

namespace Pve.Qmp.Tests.Transcripts;

public sealed class QmpRecorderTests
{
    private static readonly TimeSpan Microsecond = TimeSpan.FromMicroseconds(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversation_is_recorded_line_by_line_with_its_times()
    {
        var file = new StringWriter();
        await using (var recorder = new QmpRecorder(file))
        {
            await using var peer = new ScriptedQmpPeer();
            var connecting = peer.ConnectAsync(peer.Options with { Recorder = recorder });
            peer.Time.Advance(812 * Microsecond);
            await peer.PlayAsync(ScriptedQmpPeer.Greets);
            await peer.PlayAsync(ScriptedQmpPeer.Negotiates);
            await using (var client = await connecting)
            {
                using var events = client.Subscribe();
                peer.Time.Advance(TimeSpan.FromSeconds(1));
                var stopping = client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
                await peer.PlayAsync("""-> {"execute": "stop", "id": 1}""");
                peer.Time.Advance(TimeSpan.FromMilliseconds(2));
                await peer.PlayAsync("<- " + Samples.Stop);
                await events.ReadAsync(Ct);
                peer.Time.Advance(Microsecond);
                await peer.PlayAsync("""<- {"return": {}, "id": 1}""");
                await stopping;
                var refused = client.ExecuteAsync(
                    "set_password", JsonElement.Parse("""{"protocol": "vnc", "password": "hunter2"}"""), cancellationToken: Ct);
                await peer.PlayAsync("""
                    -> {"execute": "set_password", "arguments": {"protocol": "vnc", "password": "hunter2"}, "id": 2}
                    <- {"id": 2, "error": {"class": "GenericError", "desc": "Could not set password"}}
                    """);
                await Assert.ThrowsAsync<QmpCommandException>(() => refused);
                peer.Time.Advance(TimeSpan.FromMinutes(1));
            }
        }

        Assert.Equal(
            $$$"""
            qmp-transcript 1 2000-01-01T00:00:00.000000Z
            0.000000 == connected: the peer
            0.000812 <- {{{Samples.Greeting}}}
            0.000812 -> {"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":0}
            0.000812 <- {"return": {}, "id": 0}
            1.000812 -> {"execute":"stop","id":1}
            1.002812 <- {{{Samples.Stop}}}
            1.002813 <- {"return": {}, "id": 1}
            1.002813 -> {"execute":"set_password","arguments":{"protocol":"vnc","password":"***"},"id":2}
            1.002813 <- {"id": 2, "error": {"class": "GenericError", "desc": "Could not set password"}}
            61.002813 == closed by us

            """,
            file.ToString());
    }

    [Theory]
    [InlineData("hang up", "closed by the peer: QEMU closed the connection at the peer.")]
    [InlineData("break", "lost: reset by peer")]
    [InlineData("junk", "protocol error: What the peer sent is no QMP message: 'ju.nk'.")]
    [InlineData("cut off", "protocol error: The stream of the peer ended inside a message, after 9 bytes of it.")]
    public async Task The_end_is_recorded_with_its_reason_and_what_came_last(string death, string end)
    {
        var file = new StringWriter();
        await using (var recorder = new QmpRecorder(file))
        {
            await using var peer = new ScriptedQmpPeer();
            await using var client = await peer.EstablishAsync(peer.Options with { Recorder = recorder });
            switch (death)
            {
                case "break":
                    await peer.HangUpAsync(new IOException("reset by peer"));
                    break;
                case "junk":
                    await peer.SendAsync("ju\ank\n");
                    break;
                case "cut off":
                    await peer.SendAsync("{\"return\"");
                    await peer.HangUpAsync();
                    break;
                default:
                    await peer.HangUpAsync();
                    break;
            }

            await client.Ended;
        }

        var entries = QmpTranscript.Parse(file.ToString()).Entries;
        Assert.Equal("0.000000 == " + end, entries[^1].ToString());
        Assert.Equal(death == "junk", entries[^2].ToString() == @"0.000000 <- ju\x07nk");
        Assert.Equal(death == "cut off", entries[^2].ToString() == "0.000000 <~ {\"return\"");
    }

    [Fact]
    public async Task A_handshake_that_fails_is_recorded_too()
    {
        var file = new StringWriter();
        await using (var recorder = new QmpRecorder(file))
        {
            await using var silent = new ScriptedQmpPeer();
            var connecting = silent.ConnectAsync(silent.Options with { Recorder = recorder });
            silent.Time.Advance(TimeSpan.FromSeconds(10));
            await Assert.ThrowsAsync<QmpBusyException>(() => connecting);

            await using var junk = new ScriptedQmpPeer();
            connecting = junk.ConnectAsync(junk.Options with { Recorder = recorder });
            await junk.SendAsync("SSH-2.0\n");
            await Assert.ThrowsAsync<QmpProtocolException>(() => connecting);
        }

        Assert.Equal(
            """
            qmp-transcript 1 2000-01-01T00:00:00.000000Z
            0.000000 == connected: the peer
            10.000000 == closed by us: connecting was given up
            10.000000 == connected: the peer
            10.000000 <- SSH-2.0
            10.000000 == protocol error: What the peer sent is no QMP message: 'SSH-2.0'.

            """,
            file.ToString());
    }

    [Fact]
    public async Task A_recorder_is_for_one_conversation_at_a_time_and_no_more_when_it_is_disposed()
    {
        var file = new StringWriter();
        await using var peer = new ScriptedQmpPeer();
        await using var other = new ScriptedQmpPeer();
        var recorder = new QmpRecorder(file);
        var options = peer.Options with { Recorder = recorder };
        await using var client = await peer.EstablishAsync(options);
        await Assert.ThrowsAsync<InvalidOperationException>(() => other.ConnectAsync(options));
        Assert.Null(recorder.Begin("another", peer.Time, NullLogger.Instance));

        await recorder.DisposeAsync();
        await recorder.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => other.ConnectAsync(options));
        Assert.Equal("0.000000 == recording ended", QmpTranscript.Parse(file.ToString()).Entries[^1].ToString());

        var status = client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
        await peer.PlayAsync("""
            -> {"execute": "stop", "id": 1}
            <- {"return": {}, "id": 1}
            """);
        await status; // the conversation goes on
    }

    [Fact]
    public async Task A_file_that_does_not_keep_up_holds_nobody_up_and_says_how_much_is_missing()
    {
        const int Events = 500;
        var file = new GatedWriter();
        var recorder = new QmpRecorder(file, new QmpRecorderOptions { MaxQueuedBytes = 64 * 1024 });
        await using (var peer = new ScriptedQmpPeer())
        {
            await using var client = await peer.EstablishAsync(peer.Options with { Recorder = recorder });
            using var events = client.Subscribe(new QmpSubscriptionOptions { Capacity = 1 });
            var text = new string('x', 4096);
            for (var i = 0; i < Events; i++)
            {
                await peer.PlayAsync($$"""<- {"event": "E{{i}}", "data": {"text": "{{text}}"} }""");
                await events.ReadAsync(Ct);
            }
        }

        Assert.True(recorder.Missed > Events - 17, "more than the queue's limit was queued");
        file.Open();
        await recorder.DisposeAsync();
        Assert.Null(recorder.Failure);

        var entries = QmpTranscript.Parse(file.ToString()).Entries;
        Assert.Equal(Events - recorder.Missed, entries.Count(entry => entry.Text.StartsWith("{\"event", StringComparison.Ordinal)));
        Assert.Equal($"gap: {recorder.Missed} messages were not recorded, because writing did not keep up", entries[^2].Text);
        Assert.Equal("closed by us", entries[^1].Text);
    }

    [Fact]
    public async Task A_result_whose_command_is_missing_is_masked()
    {
        var file = new GatedWriter();
        var recorder = new QmpRecorder(file, new QmpRecorderOptions { MaxQueuedBytes = 3000 });
        var tap = recorder.Begin("the peer", TimeProvider.System, NullLogger.Instance)!;
        tap.OnReceived(Samples.Bytes(new string('x', 1900)));
        tap.OnSent(Samples.Bytes("{\"execute\":\"qom-get\",\"arguments\":{\"path\":\"/objects/s0\",\"property\":\"data\"},\"id\":1}" + new string(' ', 2000)));
        Assert.Equal(1, recorder.Missed);
        file.Open();
        await file.WrittenAsync(1900, Ct);
        tap.OnReceived(Samples.Bytes("""{"return": "hunter2", "id": 1}"""));
        tap.OnSent(Samples.Bytes("""{"execute":"query-status","id":2}"""));
        tap.OnReceived(Samples.Bytes("""{"return": "visible", "id": 2}"""));
        await recorder.DisposeAsync();
        Assert.Contains("== gap: 1 messages", file.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", file.ToString(), StringComparison.Ordinal);
        Assert.Contains("visible", file.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_fails_ends_the_recording_and_not_the_conversation()
    {
        var file = new GatedWriter { FailsAt = 400 };
        file.Open();
        using var log = new CapturingLog();
        await using var recorder = new QmpRecorder(file);
        await using var peer = new ScriptedQmpPeer();
        await using var client = await peer.EstablishAsync(peer.Options with { Recorder = recorder, LoggerFactory = log });
        for (var id = 1; recorder.Failure is null || recorder.Missed < 10; id++)
        {
            Assert.True(id < 10_000, "the failure was not told");
            var call = client.ExecuteAsync(QmpCommands.Stop, cancellationToken: Ct);
            await peer.PlayAsync($$"""
                -> {"execute": "stop", "id": {{id}}}
                <- {"return": {}, "id": {{id}}}
                """);
            await call;
        }

        Assert.Equal("disk full", recorder.Failure.Message);
        await recorder.DisposeAsync();
        Assert.True(file.Disposed);
        Assert.Contains("Error: The transcript cannot be written; the conversation goes on unrecorded: disk full", log.Lines);
        Assert.False(client.Ended.IsCompleted);
    }

    [Fact]
    public async Task A_line_of_10_MB_is_recorded_whole_and_replayed()
    {
        var text = new string('x', 10 << 20);
        var file = new StringWriter();
        await using (var recorder = new QmpRecorder(file))
        {
            await using var peer = new ScriptedQmpPeer();
            await using var client = await peer.EstablishAsync(peer.Options with { Recorder = recorder });
            var call = client.ExecuteAsync("long", cancellationToken: Ct);
            await peer.PlayAsync("""-> {"execute": "long", "id": 1}""");
            await peer.SendAsync($$"""{"return": {"text": "{{text}}", "password": "hunter2"}, "id": 1}""" + "\r\n");
            await call;
        }

        var transcript = QmpTranscript.Parse(file.ToString());
        Assert.Equal($$"""{"return": {"text": "{{text}}", "password": "***"}, "id": 1}""", transcript.Entries[^2].Text);

        await using var replay = new QmpReplay(transcript);
        await using (var client = await QmpClient.ConnectAsync(replay.Connection, "a replay", cancellationToken: Ct))
        {
            var result = await client.ExecuteAsync("long", cancellationToken: Ct);
            Assert.Equal(text, result.GetProperty("text").GetString());
        }

        await replay.Completion;
    }

    [Fact]
    public async Task A_stream_and_a_writer_are_closed_unless_they_shall_stay_open()
    {
        foreach (var leaveOpen in (bool[])[true, false])
        {
            var stream = new MemoryStream();
            await new QmpRecorder(stream, leaveOpen: leaveOpen).DisposeAsync();
            Assert.Equal(leaveOpen, stream.CanWrite);

            var writer = new GatedWriter();
            writer.Open();
            await new QmpRecorder(writer, leaveOpen: leaveOpen).DisposeAsync();
            Assert.Equal(!leaveOpen, writer.Disposed);
        }
    }

    [Fact]
    public async Task A_file_is_its_owners_alone()
    {
        var path = Path.Combine(Path.GetTempPath(), $"qmp-{Guid.NewGuid():N}.txt");
        try
        {
            await using (var recorder = QmpRecorder.ToFile(path))
            {
                await using var peer = new ScriptedQmpPeer();
                await using var client = await peer.EstablishAsync(peer.Options with { Recorder = recorder });
            }

            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }

            Assert.Equal(5, (await QmpTranscript.LoadAsync(path, Ct)).Entries.Count);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
