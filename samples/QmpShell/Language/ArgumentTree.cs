using System.Text.Json;
using System.Text.Json.Nodes;

namespace QmpShell.Language;

/// <summary>Arguments from <c>key=value</c>: a dotted key leads into nested objects.</summary>
internal sealed class ArgumentTree
{
    private readonly JsonObject _root = [];

    /// <summary>Adds one word.</summary>
    /// <exception cref="LineException">It is no <c>key=value</c>, or contradicts an earlier one.</exception>
    public void Add(Word word)
    {
        if (word.Open is { } open)
        {
            throw new LineException($"'{word.Key}' lacks its closing {open}");
        }

        if (word.Value is not { } value || word.Key.Split('.').Any(name => name.Length == 0))
        {
            throw new LineException($"'{word.Text}' is no argument; write key=value, as in id=disk0 or file.filename=/a.img");
        }

        Add(word.Key, Read(value));
    }

    /// <summary>The arguments; undefined where there are none.</summary>
    public JsonElement ToElement() => _root.Count == 0 ? default : JsonElement.Parse(_root.ToJsonString());

    private void Add(string key, JsonNode? value)
    {
        var names = key.Split('.');
        var inside = _root;
        foreach (var name in names[..^1])
        {
            if (!inside.TryGetPropertyValue(name, out var next))
            {
                inside[name] = next = new JsonObject();
            }

            inside = next as JsonObject ?? throw new LineException($"'{key}' goes into '{name}', which already has a value");
        }

        if (!inside.TryAdd(names[^1], value))
        {
            throw new LineException($"'{key}' is given twice");
        }
    }

    // JSON where it parses as JSON, else a text; 'in quotes' it is a text whatever it looks like
    private static JsonNode? Read(string value)
    {
        if (value is ['\'', .. var text, '\''])
        {
            return JsonValue.Create(text);
        }

        try
        {
            return JsonNode.Parse(value);
        }
        catch (JsonException)
        {
            return JsonValue.Create(value);
        }
    }
}
