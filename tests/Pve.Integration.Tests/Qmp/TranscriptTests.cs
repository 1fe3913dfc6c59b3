using System.Runtime.Versioning;
using System.Text.Json;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Integration.Tests.Qmp;

/// <summary>A conversation with a real QEMU, recorded and replayed.</summary>
[SupportedOSPlatform("linux")]
public sealed class TranscriptTests
{
    private const string Secret = "open-sesame-4711";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversation_is_replayed_to_the_same_results_and_events()
    {
        await using var qemu = await QemuProcess.StartAsync("m");
        var path = Path.Combine(qemu.Directory, "m.txt");
        List<string> live;
        await using (var recorder = QmpRecorder.ToFile(path))
        {
            live = await TalkAsync(options => QmpClient.ConnectAsync(QmpEndpoint.Unix(qemu.Monitor("m")), options, Ct), recorder);
            Assert.Equal(0, recorder.Missed);
        }

        await qemu.WaitForExitAsync();
        Assert.Contains(live, line => line.Contains("\"completed\"", StringComparison.Ordinal));
        Assert.Contains("event RESUME", string.Join('\n', live), StringComparison.Ordinal);

        var text = await File.ReadAllTextAsync(path, Ct);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        var transcript = QmpTranscript.Parse(text);
        Assert.Equal(transcript.ToString(), text);
        Assert.StartsWith("closed by the peer", transcript.Entries[^1].Text, StringComparison.Ordinal);

        // with its pauses, and without
        foreach (var fast in (bool[])[true, false])
        {
            await using var replay = new QmpReplay(transcript, new QmpReplayOptions { AsFastAsPossible = fast });
            Assert.Equal(live, await TalkAsync(options => QmpClient.ConnectAsync(replay.Connection, "a replay", options, Ct), recorder: null));
            await replay.Completion;
        }
    }

    // All that the client is told, in the order of its questions, then all events.
    private static async Task<List<string>> TalkAsync(Func<QmpClientOptions, Task<QmpClient>> connect, QmpRecorder? recorder)
    {
        await using var client = await connect(new QmpClientOptions { Recorder = recorder });
        var told = new List<string> { client.Greeting.Version.Qemu.ToString() };
        using var events = client.Subscribe(new QmpSubscriptionOptions { Capacity = 1000 });
        told.Add((await client.ExecuteAsync("query-qmp-schema", cancellationToken: Ct)).GetRawText());
        await AskAsync("object-add", $$"""{"qom-type": "secret", "id": "s0", "data": "{{Secret}}"}""");
        var secret = await client.ExecuteAsync("qom-get", JsonElement.Parse("""{"path": "/objects/s0", "property": "data"}"""), cancellationToken: Ct);
        Assert.Contains(secret.GetString(), (string[])[Secret, "***"]);
        await AskAsync("human-monitor-command", $$"""{"command-line": "object_add secret,id=s1,data={{Secret}}"}""");
        await AskAsync("set_password", $$"""{"protocol": "vnc", "password": "{{Secret}}"}""");
        await AskAsync("nope", "{}");
        await AskAsync("cont", "{}");
        await AskAsync("stop", "{}");

        // in flight together
        told.AddRange((await Task.WhenAll(
            client.ExecuteAsync("query-status", cancellationToken: Ct),
            client.ExecuteAsync("query-kvm", cancellationToken: Ct),
            client.ExecuteAsync("query-name", cancellationToken: Ct))).Select(result => result.GetRawText()));

        await AskAsync("migrate-set-capabilities", """{"capabilities": [{"capability": "events", "state": true}]}""");
        await AskAsync("migrate", """{"uri": "exec:cat > /dev/null"}""");
        await UntilAsync(qmpEvent => qmpEvent is { Name: "MIGRATION" } && qmpEvent.Data.GetProperty("status").GetString() == MigrationStatus.Completed.ToString());
        await AskAsync("query-migrate", "{}");
        await AskAsync("quit", "{}");
        Assert.IsType<QmpConnectionException>(await client.Ended);
        while (events.TryRead(out var last))
        {
            told.Add($"event {last.Name}");
        }

        return told;

        async Task AskAsync(string command, string arguments)
        {
            try
            {
                told.Add((await client.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Ct)).GetRawText());
            }
            catch (QmpCommandException e)
            {
                told.Add(e.Message);
            }
        }

        async Task UntilAsync(Predicate<QmpEvent> isLast)
        {
            QmpEvent next;
            do
            {
                next = await events.ReadAsync(Ct);
                told.Add($"event {next.Name} {next.Timestamp:O} {(next.Data.ValueKind == JsonValueKind.Undefined ? "" : next.Data.GetRawText())}");
            }
            while (!isLast(next));
        }
    }
}
