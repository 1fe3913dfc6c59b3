using System.Text.Json;
using Pve.Qmp;

namespace Pve.Chaos.Verdict;

/// <summary>What a migration may change at a QEMU, and has to put back.</summary>
internal sealed record Settings(string Capabilities, string Parameters, string Nodes, string Jobs, string Exports, string Objects)
{
    public static async Task<Settings> ReadAsync(QmpClient monitor, CancellationToken cancellationToken)
    {
        return new Settings(
            (await AskAsync("query-migrate-capabilities")).GetRawText(),
            (await AskAsync("query-migrate-parameters")).GetRawText(),
            Names(await AskAsync("query-named-block-nodes")),
            (await AskAsync("query-jobs")).GetRawText(),
            (await AskAsync("query-block-exports")).GetRawText(),
            string.Join(' ', (await AskAsync("qom-list", """{"path": "/objects"}""")).EnumerateArray().Select(item => item.GetProperty("name").GetString())));

        Task<JsonElement> AskAsync(string command, string arguments = "{}")
            => monitor.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: cancellationToken);
    }

    /// <summary>What differs; null where nothing does.</summary>
    public string? Differs(Settings after) => (this, after) switch
    {
        _ when Capabilities != after.Capabilities => $"capabilities {Capabilities} → {after.Capabilities}",
        _ when Parameters != after.Parameters => $"parameters {Parameters} → {after.Parameters}",
        _ when Nodes != after.Nodes => $"block nodes {Nodes} → {after.Nodes}",
        _ when Jobs != after.Jobs => $"jobs {Jobs} → {after.Jobs}",
        _ when Objects != after.Objects => $"objects {Objects} → {after.Objects}",
        _ when Exports != after.Exports => $"exports {Exports} → {after.Exports}",
        _ => null,
    };

    // A node's other members count what it has read and written; those that QEMU named itself have other names at each start.
    private static string Names(JsonElement nodes) => string.Join(
        ' ', nodes.EnumerateArray().Select(node => $"{Name(node)}{(node.TryGetProperty("dirty-bitmaps", out var bitmaps) ? $" with {Bitmaps(bitmaps)}" : "")}").Order(StringComparer.Ordinal));

    private static string Bitmaps(JsonElement bitmaps) => string.Join(
        ", ", bitmaps.EnumerateArray().Select(bitmap => $"{(bitmap.GetProperty("recording").GetBoolean() ? "recording" : "idle")} {bitmap.GetProperty("name").GetString()}"));

    private static string Name(JsonElement node) => node.GetProperty("node-name").GetString() is ['#', ..] ? "#" : node.GetProperty("node-name").GetString()!;
}
