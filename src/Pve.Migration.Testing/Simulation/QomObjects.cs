using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The objects that were made over the monitor, by id. Files that they name are not looked for.</summary>
internal sealed class QomObjects
{
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);

    public static readonly Dictionary<string, Command> Commands = new()
    {
        ["object-add"] = Command.Do((machine, arguments) => machine.Objects.Add(arguments)),
        ["object-del"] = Command.Do((machine, arguments) => machine.Objects.Remove(arguments.Only("id").Text("id"))),
        ["qom-list"] = new((machine, arguments) =>
            arguments.Only("path").Text("path") is var path && path == "/objects" ? machine.Objects.Write
                : throw new CommandRefusedException("DeviceNotFound", $"Device '{path}' not found")),
    };

    /// <summary>The type of those credentials; null for none.</summary>
    public string? FindCredentials(string id) => _types.GetValueOrDefault(id) is { } type && type.StartsWith("tls-creds-", StringComparison.Ordinal) ? type : null;

    private void Add(CommandArguments arguments)
    {
        var type = arguments.Word("qom-type", "tls-creds-x509", "tls-creds-psk", "authz-simple");
        var id = arguments.Text("id");
        _ = type == "authz-simple" ? arguments.Text("identity") : arguments.TextOr("dir", "");
        if (!_types.TryAdd(id, type))
        {
            throw new CommandRefusedException($"attempt to add duplicate property '{id}' to object (type 'container')");
        }
    }

    private void Remove(string id)
    {
        if (!_types.Remove(id))
        {
            throw new CommandRefusedException($"object '{id}' not found");
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var (name, type) in _types.Select(entry => (entry.Key, $"child<{entry.Value}>")).Prepend(("type", "string")))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteString("type"u8, type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
