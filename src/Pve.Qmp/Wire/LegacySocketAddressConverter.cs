using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pve.Qmp.Commands;

namespace Pve.Qmp.Wire;

/// <summary>A socket's address as older commands have it (QAPI SocketAddressLegacy): <c>{"type": T, "data": {…}}</c>.</summary>
internal sealed class LegacySocketAddressConverter : JsonConverter<SocketAddress>
{
    public override SocketAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var legacy = JsonElement.ParseValue(ref reader);
        return legacy.GetProperty("data"u8).Deserialize(Json(options))! with { Type = legacy.GetProperty("type"u8).GetString()! };
    }

    public override void Write(Utf8JsonWriter writer, SocketAddress value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, value.Type);
        writer.WriteStartObject("data"u8);
        foreach (var member in JsonSerializer.SerializeToElement(value, Json(options)).EnumerateObject())
        {
            if (!member.NameEquals("type"u8))
            {
                member.WriteTo(writer);
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static JsonTypeInfo<SocketAddress> Json(JsonSerializerOptions options)
        => (JsonTypeInfo<SocketAddress>)options.GetTypeInfo(typeof(SocketAddress));
}
