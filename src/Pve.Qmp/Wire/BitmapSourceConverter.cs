using System.Text.Json;
using System.Text.Json.Serialization;
using Pve.Qmp.Commands;

namespace Pve.Qmp.Wire;

/// <summary>A dirty bitmap's name, or <c>{"node": …, "name": …}</c>.</summary>
internal sealed class BitmapSourceConverter : JsonConverter<BitmapSource>
{
    public override BitmapSource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            return new(reader.GetString()!);
        }

        var bitmap = JsonElement.ParseValue(ref reader);
        return new(bitmap.GetProperty("name"u8).GetString()!, bitmap.GetProperty("node"u8).GetString());
    }

    public override void Write(Utf8JsonWriter writer, BitmapSource value, JsonSerializerOptions options)
    {
        if (value.Node is null)
        {
            writer.WriteStringValue(value.Name);
            return;
        }

        writer.WriteStartObject();
        writer.WriteString("node"u8, value.Node);
        writer.WriteString("name"u8, value.Name);
        writer.WriteEndObject();
    }
}
