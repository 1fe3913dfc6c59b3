using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace QmpShell.Output;

/// <summary>JSON as text: indented or in one line, with colours or without.</summary>
/// <remarks>Characters that could steer the terminal stay escaped, whoever put them into a name or a string.</remarks>
internal sealed class JsonPainter(Palette palette, bool indented)
{
    public string Paint(JsonElement value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    private void Write(StringBuilder text, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteAll(text, '{', value.EnumerateObject(), '}', depth, member =>
                {
                    Write(text, palette.Name, Quote(member.Name));
                    text.Append(indented ? ": " : ":");
                    Write(text, member.Value, depth + 1);
                });
                break;
            case JsonValueKind.Array:
                WriteAll(text, '[', value.EnumerateArray(), ']', depth, item => Write(text, item, depth + 1));
                break;
            case JsonValueKind.String:
                Write(text, palette.Text, Quote(value));
                break;
            case JsonValueKind.Number:
                Write(text, palette.Number, value.GetRawText());
                break;
            default:
                Write(text, palette.Keyword, value.GetRawText());
                break;
        }
    }

    private void WriteAll<T>(StringBuilder text, char open, IEnumerable<T> items, char close, int depth, Action<T> write)
    {
        text.Append(open);
        var any = false;
        foreach (var item in items)
        {
            if (any)
            {
                text.Append(',');
            }

            any = true;
            BreakLine(text, depth + 1);
            write(item);
        }

        if (any)
        {
            BreakLine(text, depth);
        }

        text.Append(close);
    }

    private void BreakLine(StringBuilder text, int depth)
    {
        if (indented)
        {
            text.Append('\n').Append(' ', 2 * depth);
        }
    }

    private void Write(StringBuilder text, string colour, string what)
        => text.Append(colour).Append(what).Append(colour.Length > 0 ? palette.Off : "");

    private static string Quote(JsonElement value)
    {
        try
        {
            return Quote(value.GetString()!);
        }
        catch (InvalidOperationException)
        {
            return value.GetRawText(); // half a surrogate pair, which only its escape can spell
        }
    }

    // The encoder lets format characters through, and some of them turn what follows around.
    private static string Quote(string value)
    {
        var text = new StringBuilder("\"");
        foreach (var character in JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(value))
        {
            _ = PlainText.IsSeen(character) ? text.Append(character) : text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}");
        }

        return text.Append('"').ToString();
    }
}
