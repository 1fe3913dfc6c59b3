using System.Globalization;
using System.Text.Json;

namespace Pve.Migration.Tunnel;

// Values of v2 as Perl writes them: it has no truth values of its own, and its numbers travel as text as well.
internal static class WireValue
{
    // null: neither
    public static bool? IsTrue(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => value.TryGetInt32(out var number) ? number != 0 : null,
        JsonValueKind.String => value.GetString() switch { "1" => true, "0" or "" => false, _ => null },
        _ => null,
    };

    // null: no whole number
    public static long? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt32(out int number) => number,
        JsonValueKind.String when int.TryParse(value.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) => number,
        _ => null,
    };

    public static JsonElement Object(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return JsonElement.Parse(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }
}
