using System.Text.Json;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Transcripts;

/// <summary>What of one command is secret besides the names that always are.</summary>
/// <param name="Members">Further members of its line, at any depth.</param>
/// <param name="Id">Its id as JSON; null where it has none.</param>
/// <param name="InResult">Whether its result is the secret.</param>
internal readonly record struct CommandSecrets(IReadOnlyList<string> Members, string? Id, bool InResult)
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = WireJson.Reading.MaxDepth };

    public static CommandSecrets Of(SecretTable table, ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Reading);
            var root = document.RootElement;
            var id = root.TryGetProperty("id", out var value) ? value.GetRawText() : null;
            return Text(root, "execute") is { } command || (command = Text(root, "exec-oob")) is not null
                ? Of(table, command, root.TryGetProperty("arguments", out var arguments) ? arguments : default) with { Id = id }
                : new CommandSecrets([], id, InResult: false);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new CommandSecrets([], null, InResult: false);
        }
    }

    private static CommandSecrets Of(SecretTable table, string command, JsonElement arguments)
    {
        switch (command)
        {
            case "human-monitor-command" when Text(arguments, "command-line") is { } line:
                var (inLine, inResult) = SecretText.OfMonitorLine(table, line);
                return new CommandSecrets(inLine ? ["commandline"] : [], null, inResult);
            case "qom-set" when Text(arguments, "property") is { } property && table.IsSecretProperty(property):
                return new CommandSecrets(["value"], null, InResult: false);
            case "qom-get" when Text(arguments, "property") is { } property:
                return new CommandSecrets([], null, table.IsSecretProperty(property));
            default:
                return new CommandSecrets(SecretTable.MembersOf(command), null, InResult: false);
        }
    }

    private static string? Text(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
