using System.Text.Json;
using Pve.Qmp;

namespace Pve.Integration.Tests.Simulation;

/// <summary>A small conversation with a QEMU, written down without what differs from run to run.</summary>
internal static class MonitorTalk
{
    /// <param name="client">A fresh connection to a QEMU that was started with <c>-S</c>, without <c>-incoming</c>.</param>
    /// <param name="refused">Migration addresses nobody listens on.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<List<string>> HoldAsync(QmpClient client, IEnumerable<string> refused, CancellationToken cancellationToken)
    {
        using var events = client.Subscribe();
        var said = new List<string> { $"greets as {client.Greeting.Version.Qemu} with {string.Join(',', client.Greeting.Capabilities)}, oob {client.IsOutOfBandEnabled}" };

        foreach (var (command, arguments) in Lines)
        {
            await AskAsync(command, arguments);
        }

        // What the lines above caused at once was said before their answers.
        while (events.TryRead(out var heard))
        {
            said.Add(Tell(heard));
        }

        foreach (var address in refused)
        {
            await AskAsync("migrate", $$"""{"uri":"{{address}}"}""");
            while (said[^1] != "  MIGRATION failed")
            {
                await HearAsync();
            }

            await AskAsync("query-migrate", "{}");
            await AskAsync("query-status", "{}");
        }

        // QEMU's answer to quit does not always get out; its SHUTDOWN does.
        said.Add("quit");
        try
        {
            await client.ExecuteAsync("quit", cancellationToken: cancellationToken);
        }
        catch (QmpConnectionException)
        {
        }

        while (!said[^1].StartsWith("  SHUTDOWN", StringComparison.Ordinal))
        {
            await HearAsync();
        }

        return said;

        async Task AskAsync(string command, string arguments)
        {
            var id = $"{command} {arguments}";
            try
            {
                said.Add($"{id} -> {Sorted(await client.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: cancellationToken))}");
            }
            catch (QmpCommandException e)
            {
                said.Add($"{id} -> {e.ErrorClass}: {e.Description}");
            }
        }

        async Task HearAsync()
        {
            said.Add(Tell(await events.ReadAsync(cancellationToken)));
        }
    }

    private static string Tell(QmpEvent heard) => $"  {heard.Name} {(heard.Name == "MIGRATION" ? heard.Data.GetProperty("status").GetString() : "")}";

    private static readonly (string Command, string Arguments)[] Lines =
    [
        ("query-status", "{}"),
        ("query-status", """{"foo":1}"""),
        ("query-migrate", "{}"),
        ("no-such-command", "{}"),
        ("qmp_capabilities", "{}"),
        ("query-migrate-capabilities", "{}"),
        ("query-migrate-parameters", "{}"),
        ("migrate-set-capabilities", """{"capabilities":[{"capability":"events","state":true},{"capability":"return-path","state":true}]}"""),
        ("migrate-set-capabilities", """{"capabilities":[{"capability":"zap","state":true}]}"""),
        ("migrate-set-capabilities", """{"capabilities":[{"capability":"events"}]}"""),
        ("migrate-set-capabilities", """{"capabilities":[{"capability":"events","state":1}]}"""),
        ("migrate-set-capabilities", "{}"),
        ("query-migrate-capabilities", "{}"),
        ("migrate-set-parameters", """{"downtime-limit":250,"max-bandwidth":0}"""),
        ("migrate-set-parameters", """{"downtime-limit":2000001}"""),
        ("migrate-set-parameters", """{"downtime-limit":"x"}"""),
        ("migrate-set-parameters", """{"foo":5}"""),
        ("migrate-set-parameters", """{"cpu-throttle-initial":0}"""),
        ("migrate-set-parameters", """{"max-cpu-throttle":5}"""),
        ("migrate-set-parameters", """{"multifd-channels":0}"""),
        ("migrate-set-parameters", """{"xbzrle-cache-size":5}"""),
        ("query-migrate-parameters", "{}"),
        ("migrate", "{}"),
        ("migrate", """{"uri":1}"""),
        ("migrate-continue", """{"state":"pre-switchover"}"""),
        ("migrate-continue", """{"state":"zap"}"""),
        ("migrate-continue", "{}"),
        ("migrate_cancel", "{}"),
        ("migrate-incoming", """{"uri":"unix:/run/nobody"}"""),
        ("qom-get", """{"path":"/machine","property":"type"}"""),
        ("qom-get", """{"path":"/machine","property":"zap"}"""),
        ("qom-get", """{"path":"/nope","property":"type"}"""),
        ("query-memory-size-summary", "{}"),
        ("query-yank", "{}"),
        ("yank", """{"instances":[{"type":"migration"}]}"""),
        ("yank", """{"instances":[]}"""),
        ("cont", "{}"),
        ("query-status", "{}"),
        ("stop", "{}"),
        ("stop", "{}"),
        ("query-status", "{}"),
        ("cont", "{}"),
        ("migrate", """{"uri":"bogus"}"""),
        ("query-migrate", "{}"),
        ("migrate", """{"uri":"tcp:1"}"""),
        ("query-migrate", "{}"),
    ];

    // Members in the order of their names: QEMU's is that of a hash table.
    private static string Sorted(JsonElement value)
        => value.ValueKind switch
        {
            JsonValueKind.Object => "{" + string.Join(',', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal)
                .Select(member => $"{member.Name}:{Sorted(member.Value)}")) + "}",
            JsonValueKind.Array => "[" + string.Join(',', value.EnumerateArray().Select(Sorted)) + "]",
            _ => value.GetRawText(),
        };
}
