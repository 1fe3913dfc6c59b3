using System.Text.Json;
using Pve.Qmp;

namespace QmpShell.Output;

/// <summary>An event as one line, in the shape that QEMU sends it.</summary>
internal static class EventJson
{
    public static string Write(QmpEvent happened)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            json.WriteString("event"u8, happened.Name);
            if (happened.Timestamp != DateTimeOffset.MinValue)
            {
                json.WriteStartObject("timestamp"u8);
                json.WriteNumber("seconds"u8, happened.Timestamp.ToUnixTimeSeconds());
                json.WriteNumber("microseconds"u8, happened.Timestamp.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
                json.WriteEndObject();
            }

            if (happened.Data.ValueKind != JsonValueKind.Undefined)
            {
                json.WritePropertyName("data"u8);
                happened.Data.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(line.GetBuffer().AsSpan(0, (int)line.Length));
    }
}
