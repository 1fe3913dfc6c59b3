using System.Text.Json;

namespace Pve.Qmp.Schema;

/// <summary>
/// Takes a schema apart (qapi/introspect.json):
/// <code>
/// [{"name": NAME, "meta-type": "command", "arg-type": TYPE, "ret-type": TYPE, "allow-oob": true, "features": [NAME, …]},
///  {"name": NAME, "meta-type": "event", "arg-type": TYPE},
///  {"name": TYPE, "meta-type": "object", "members": [{"name": NAME, "type": TYPE, "default": null}, …],
///   "tag": NAME, "variants": [{"case": VALUE, "type": TYPE}, …]},
///  {"name": TYPE, "meta-type": "enum", "members": [{"name": VALUE, "features": […]}, …], "values": [VALUE, …]},
///  {"name": TYPE, "meta-type": "array", "element-type": TYPE},
///  {"name": TYPE, "meta-type": "alternate", "members": [{"type": TYPE}, …]},
///  {"name": TYPE, "meta-type": "builtin", "json-type": "string"}]
/// </code>
/// A member with a <c>default</c> is optional. Members come in any order, and unknown ones are skipped.
/// </summary>
internal ref struct SchemaReader
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private Utf8JsonReader _json;
    private int _index;

    private SchemaReader(Utf8JsonReader json) => _json = json;

    /// <summary>Reads the list that begins at the reader's token, and leaves the reader at its end.</summary>
    /// <exception cref="FormatException">It is no schema.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static List<SchemaEntry> Read(ref Utf8JsonReader json)
    {
        var reader = new SchemaReader(json);
        try
        {
            return reader.ReadEntries();
        }
        catch (InvalidOperationException e)
        {
            throw reader.Malformed("a name is not valid UTF-8", e);
        }
        finally
        {
            json = reader._json;
        }
    }

    private List<SchemaEntry> ReadEntries()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            throw new FormatException($"A QMP schema is a list of entries, and this is a JSON {_json.TokenType}.");
        }

        var entries = new List<SchemaEntry>();
        while (Next() != JsonTokenType.EndArray)
        {
            entries.Add(ReadEntry());
            _index++;
        }

        return entries;
    }

    private SchemaEntry ReadEntry()
    {
        Expect(JsonTokenType.StartObject);
        var entry = new SchemaEntry();
        while (Next() != JsonTokenType.EndObject)
        {
            var member = Text();
            Next();
            switch (member)
            {
                case "name": entry.Name = Text(); break;
                case "meta-type": entry.MetaType = Text(); break;
                case "json-type": entry.JsonType = Text(); break;
                case "element-type": entry.ElementType = Text(); break;
                case "arg-type": entry.ArgumentType = Text(); break;
                case "ret-type": entry.ReturnType = Text(); break;
                case "tag": entry.Tag = Text(); break;
                case "allow-oob": entry.AllowsOutOfBand = _json.TokenType == JsonTokenType.True; break;
                case "features": entry.Features = Texts(); break;
                case "values": entry.Values = Texts(); break;
                case "members": entry.Members = ReadMembers(); break;
                case "variants": entry.Variants = ReadMembers(); break;
                default: _json.Skip(); break;
            }
        }

        return entry.Name.Length > 0 && entry.MetaType.Length > 0 ? entry : throw Malformed("it lacks its name or its meta-type");
    }

    private List<SchemaEntryMember> ReadMembers()
    {
        Expect(JsonTokenType.StartArray);
        var members = new List<SchemaEntryMember>();
        while (Next() != JsonTokenType.EndArray)
        {
            members.Add(ReadMember());
        }

        return members;
    }

    private SchemaEntryMember ReadMember()
    {
        Expect(JsonTokenType.StartObject);
        string name = "", type = "";
        var isOptional = false;
        IReadOnlyList<string> features = [];
        while (Next() != JsonTokenType.EndObject)
        {
            var member = Text();
            Next();
            switch (member)
            {
                case "name" or "case": name = Text(); break;
                case "type": type = Text(); break;
                case "default": isOptional = true; _json.Skip(); break;
                case "features": features = Texts(); break;
                default: _json.Skip(); break;
            }
        }

        return new SchemaEntryMember(name, type, isOptional, features);
    }

    private string[] Texts()
    {
        Expect(JsonTokenType.StartArray);
        var texts = new List<string>();
        while (Next() != JsonTokenType.EndArray)
        {
            texts.Add(Text());
        }

        return [.. texts];
    }

    // The same few hundred names come thousands of times; each is kept once.
    private readonly string Text()
    {
        if (_json.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            throw Malformed($"a text is expected, not a JSON {_json.TokenType}");
        }

        var text = _json.GetString()!;
        if (_names.TryGetValue(text, out var kept))
        {
            return kept;
        }

        _names.Add(text);
        return text;
    }

    private JsonTokenType Next()
    {
        _json.Read();
        return _json.TokenType;
    }

    private readonly void Expect(JsonTokenType type)
    {
        if (_json.TokenType != type)
        {
            throw Malformed($"a JSON {type} is expected, not {_json.TokenType}");
        }
    }

    private readonly FormatException Malformed(string why, Exception? cause = null)
        => new($"Entry {_index} of the QMP schema is malformed: {why}.", cause);
}
