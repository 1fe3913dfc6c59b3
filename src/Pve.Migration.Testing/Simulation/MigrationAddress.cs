using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary><c>unix:PATH</c> or <c>tcp:HOST:PORT</c>; on the simulated link both are only names.</summary>
internal sealed record MigrationAddress(string Kind, string Name, string Host, string Port)
{
    public string Key => Kind + ":" + Name;

    public string Refused => $"Failed to connect to '{Name}': {(Kind == "unix" ? "No such file or directory" : "Connection refused")}";

    /// <summary>As <c>migrate-incoming</c> reads it.</summary>
    public static MigrationAddress ParseIncoming(string uri)
        => uri.StartsWith("unix:", StringComparison.Ordinal) || uri.StartsWith("tcp:", StringComparison.Ordinal)
            ? Parse(uri)
            : throw new CommandRefusedException($"unknown migration protocol: {uri}");

    public static MigrationAddress Parse(string uri)
    {
        if (uri.StartsWith("unix:", StringComparison.Ordinal))
        {
            return new MigrationAddress("unix", uri[5..], "", "");
        }

        if (!uri.StartsWith("tcp:", StringComparison.Ordinal))
        {
            throw new CommandRefusedException("Parameter 'uri' expects a valid migration protocol");
        }

        var name = uri[4..];
        var colon = name.LastIndexOf(':');
        return colon >= 0 && ushort.TryParse(name.AsSpan(colon + 1), out _)
            ? new MigrationAddress("tcp", name, name[..colon].Trim('[', ']'), name[(colon + 1)..])
            : throw new CommandRefusedException($"error parsing address '{name}'");
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("socket-address"u8);
        json.WriteStartObject();
        if (Kind == "unix")
        {
            json.WriteString("path"u8, Name);
            json.WriteString("type"u8, "unix"u8);
        }
        else
        {
            json.WriteString("port"u8, Port);
            json.WriteString("host"u8, Host);
            json.WriteString("type"u8, "inet"u8);
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }
}
