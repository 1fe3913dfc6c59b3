using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The objects that were made over the monitor, by id. A folder has whatever they need of it, unless it is said to be empty.</summary>
internal sealed class QomObjects
{
    private readonly Dictionary<string, (string Type, string Endpoint)> _made = new(StringComparer.Ordinal);
    private readonly HashSet<string> _emptyFolders = new(StringComparer.Ordinal);

    public static readonly Dictionary<string, Command> Commands = new()
    {
        ["object-add"] = Command.Do((machine, arguments) => machine.Objects.Add(arguments)),
        ["object-del"] = Command.Do((machine, arguments) => machine.Objects.Remove(arguments.Only("id").Text("id"))),
        ["qom-list"] = new((machine, arguments) =>
            arguments.Only("path").Text("path") is var path && path == "/objects" ? machine.Objects.Write
                : throw new CommandRefusedException("DeviceNotFound", $"Device '{path}' not found")),
    };

    /// <summary>The type of the credentials that an endpoint uses; null where it uses none, or cannot.</summary>
    /// <param name="id">What they are called; empty for none.</param>
    /// <param name="endpoint"><c>client</c> or <c>server</c>.</param>
    /// <param name="error">Why it cannot.</param>
    public string? Credentials(string id, string endpoint, out string? error)
    {
        var isThere = _made.TryGetValue(id, out var made);
        error = id.Length == 0 ? null
            : !isThere ? $"No TLS credentials with id '{id}'"
            : !IsCredentials(made.Type) ? $"Object with id '{id}' is not TLS credentials"
            : made.Endpoint != endpoint ? $"Expected TLS credentials for a {endpoint} endpoint"
            : null;
        return isThere && error is null ? made.Type : null;
    }

    /// <summary>Nothing is in that folder.</summary>
    public void Empty(string folder) => _emptyFolders.Add(folder);

    private static bool IsCredentials(string type) => type.StartsWith("tls-creds-", StringComparison.Ordinal);

    private void Add(CommandArguments arguments)
    {
        var type = arguments.Word("qom-type", "tls-creds-x509", "tls-creds-psk", "authz-simple");
        var id = arguments.Text("id");
        if (_made.ContainsKey(id))
        {
            throw new CommandRefusedException($"attempt to add duplicate property '{id}' to object (type 'container')");
        }

        _made.Add(id, (type, IsCredentials(type) ? Endpoint(arguments, type) : arguments.Text("identity")));
    }

    private string Endpoint(CommandArguments arguments, string type)
    {
        var endpoint = arguments.Has("endpoint") ? arguments.Word("endpoint", "client", "server") : "client";
        var folder = arguments.Has("dir") ? arguments.Text("dir") : throw new CommandRefusedException("Missing 'dir' property value");
        return !_emptyFolders.Contains(folder) ? endpoint
            : throw new CommandRefusedException(
                $"Unable to access credentials {folder}/{(type == "tls-creds-psk" ? "keys.psk" : "ca-cert.pem")}: No such file or directory");
    }

    private void Remove(string id)
    {
        if (!_made.Remove(id))
        {
            throw new CommandRefusedException($"object '{id}' not found");
        }
    }

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var (name, type) in _made.Select(entry => (entry.Key, $"child<{entry.Value.Type}>")).Prepend(("type", "string")).Append(("pc.ram", "child<memory-backend-ram>")))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, name);
            json.WriteString("type"u8, type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
