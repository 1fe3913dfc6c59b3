using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary>Writes what a QMP server says, one message a line (docs/interop/qmp-spec).</summary>
internal static class MonitorMessages
{
    // QEMU writes quotes and brackets as they are.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Greeting() => Line(json =>
    {
        json.WriteStartObject("QMP"u8);
        json.WritePropertyName("version"u8);
        Version(json);
        json.WriteStartArray("capabilities"u8);
        json.WriteStringValue("oob"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    public static void Version(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("qemu"u8);
        json.WriteNumber("micro"u8, 22);
        json.WriteNumber("minor"u8, 2);
        json.WriteNumber("major"u8, 7);
        json.WriteEndObject();
        json.WriteString("package"u8, "simulated"u8);
        json.WriteEndObject();
    }

    /// <param name="result">Writes the value; null for an empty object.</param>
    /// <param name="id">The request's id; undefined where it had none.</param>
    public static byte[] Return(Action<Utf8JsonWriter>? result, JsonElement id) => Line(json =>
    {
        json.WritePropertyName("return"u8);
        if (result is null)
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
        else
        {
            result(json);
        }

        WriteId(json, id);
    });

    public static byte[] Error(CommandRefusedException refused, JsonElement id) => Line(json =>
    {
        json.WriteStartObject("error"u8);
        json.WriteString("class"u8, refused.Class);
        json.WriteString("desc"u8, refused.Description);
        json.WriteEndObject();
        WriteId(json, id);
    });

    /// <param name="name">The event's name.</param>
    /// <param name="data">Writes the members of its data; null where it has none.</param>
    /// <param name="at">The host's time.</param>
    public static byte[] Event(string name, Action<Utf8JsonWriter>? data, DateTimeOffset at) => Line(json =>
    {
        var sinceEpoch = at - DateTimeOffset.UnixEpoch;
        json.WriteStartObject("timestamp"u8);
        json.WriteNumber("seconds"u8, sinceEpoch.Ticks / TimeSpan.TicksPerSecond);
        json.WriteNumber("microseconds"u8, sinceEpoch.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        json.WriteEndObject();
        json.WriteString("event"u8, name);
        if (data is not null)
        {
            json.WriteStartObject("data"u8);
            data(json);
            json.WriteEndObject();
        }
    });

    private static void WriteId(Utf8JsonWriter json, JsonElement id)
    {
        if (id.ValueKind != JsonValueKind.Undefined)
        {
            json.WritePropertyName("id"u8);
            id.WriteTo(json);
        }
    }

    private static byte[] Line(Action<Utf8JsonWriter> members)
    {
        var line = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(line, Options))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        line.Write("\r\n"u8);
        return line.WrittenSpan.ToArray();
    }
}
