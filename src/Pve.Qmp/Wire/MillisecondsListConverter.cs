using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pve.Qmp.Wire;

/// <summary>Spans of time that the wire counts in whole milliseconds.</summary>
internal sealed class MillisecondsListConverter : JsonConverter<IReadOnlyList<TimeSpan>>
{
    private static readonly MillisecondsConverter Item = new();

    public override IReadOnlyList<TimeSpan> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("an array of milliseconds expected");
        }

        var times = new List<TimeSpan>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            times.Add(Item.Read(ref reader, typeof(TimeSpan), options));
        }

        return times;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<TimeSpan> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var time in value)
        {
            Item.Write(writer, time, options);
        }

        writer.WriteEndArray();
    }
}
