using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Schema;

/// <summary>Copies arguments without what a command does not know. An unknown value takes with it the nearest thing around it that may be absent.</summary>
internal sealed class SchemaFitter
{
    private readonly QmpSchemaCommand _command;
    private readonly List<string> _omitted = [];

    private SchemaFitter(QmpSchemaCommand command) => _command = command;

    /// <exception cref="QmpUnsupportedException">A required value is unknown.</exception>
    public static QmpSchemaFit Fit(QmpSchemaCommand command, JsonElement arguments)
    {
        if (arguments.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return new QmpSchemaFit(default, []);
        }

        var fitter = new SchemaFitter(command);
        if (fitter.Fit(command.Arguments, arguments, "", out var fitted) is { } unknown)
        {
            throw new QmpUnsupportedException(command.Name, unknown.Path, unknown.Text);
        }

        return new QmpSchemaFit(fitter._omitted.Count == 0 ? arguments : ToElement(fitted!), fitter._omitted);
    }

    // Returns the value that cannot be sent to this QEMU; none where what is in fitted can be.
    private Unknown? Fit(QmpSchemaType type, JsonElement value, string path, out JsonNode? fitted)
    {
        switch (type.Kind, value.ValueKind)
        {
            case (QmpSchemaKind.Object, JsonValueKind.Object):
                return FitObject(type, value, path, out fitted);
            case (QmpSchemaKind.Array, JsonValueKind.Array):
                fitted = FitArray(type.ElementType!, value, path);
                return null;
            case (QmpSchemaKind.Alternate, _):
                return FitAlternate(type, value, path, out fitted);
            case (QmpSchemaKind.Enum, JsonValueKind.String) when !type.Values.Contains(value.GetString()):
                fitted = null;
                return new Unknown(path, Printable(value.GetString()!));
            default:
                fitted = Keep(value);
                return null;
        }
    }

    private Unknown? FitObject(QmpSchemaType type, JsonElement value, string path, out JsonNode? fitted)
    {
        var result = new JsonObject();
        fitted = result;
        foreach (var property in value.EnumerateObject())
        {
            var at = path.Length == 0 ? property.Name : $"{path}.{property.Name}";
            if (FindMember(type, property.Name, value) is not { } member)
            {
                if (path.Length == 0 && _command.HasUnlistedArguments)
                {
                    result[property.Name] = Keep(property.Value);
                }
                else
                {
                    _omitted.Add(at);
                }

                continue;
            }

            var before = _omitted.Count;
            if (Fit(member.Type, property.Value, at, out var inner) is not { } unknown)
            {
                result[property.Name] = inner;
            }
            else if (member.IsOptional)
            {
                OmitWhole(before, at, unknown);
            }
            else
            {
                return unknown;
            }
        }

        return null;
    }

    private JsonArray FitArray(QmpSchemaType elementType, JsonElement value, string path)
    {
        var result = new JsonArray();
        var index = 0;
        foreach (var element in value.EnumerateArray())
        {
            var before = _omitted.Count;
            var at = $"{path}[{index++}]";
            if (Fit(elementType, element, at, out var inner) is { } unknown)
            {
                OmitWhole(before, at, unknown);
            }
            else
            {
                result.Add(inner);
            }
        }

        return result;
    }

    // QEMU picks the alternative by the kind of the value too. A text may be both an enumeration's and any other.
    private Unknown? FitAlternate(QmpSchemaType type, JsonElement value, string path, out JsonNode? fitted)
    {
        var before = _omitted.Count;
        Unknown? first = null;
        foreach (var alternative in type.Alternatives.Where(alternative => Takes(alternative.Kind, value.ValueKind)))
        {
            if (Fit(alternative, value, path, out fitted) is not { } unknown)
            {
                return null;
            }

            _omitted.RemoveRange(before, _omitted.Count - before);
            first ??= unknown;
        }

        fitted = first is null ? Keep(value) : null;
        return first;
    }

    // What was left out of the thing is not worth a line when the whole thing is.
    private void OmitWhole(int before, string path, Unknown unknown)
    {
        _omitted.RemoveRange(before, _omitted.Count - before);
        _omitted.Add($"{path} ({unknown.Text})");
    }

    // Of the variants the one that the discriminator names; where it is missing QEMU will ask for it, and any may know the member.
    private static QmpSchemaMember? FindMember(QmpSchemaType type, string name, JsonElement of)
    {
        if (type.Members.FirstOrDefault(member => member.Name == name) is { } common)
        {
            return common;
        }

        var chosen = type.Discriminator is { } tag && of.TryGetProperty(tag, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
        return type.Variants.Where(variant => chosen is null || variant.Value == chosen)
            .Select(variant => FindMember(variant.Type, name, of))
            .FirstOrDefault(member => member is not null);
    }

    private static bool Takes(QmpSchemaKind kind, JsonValueKind value) => value switch
    {
        JsonValueKind.Object => kind is QmpSchemaKind.Object,
        JsonValueKind.Array => kind is QmpSchemaKind.Array,
        JsonValueKind.String => kind is QmpSchemaKind.String or QmpSchemaKind.Enum,
        JsonValueKind.Number => kind is QmpSchemaKind.Integer or QmpSchemaKind.Number,
        JsonValueKind.Null => kind is QmpSchemaKind.Null,
        _ => kind is QmpSchemaKind.Boolean,
    } || kind is QmpSchemaKind.Any or QmpSchemaKind.Alternate;

    private static JsonNode? Keep(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(value),
        JsonValueKind.Array => JsonArray.Create(value),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(value),
    };

    private static JsonElement ToElement(JsonNode fitted)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { MaxDepth = WireJson.Reading.MaxDepth }))
        {
            fitted.WriteTo(writer);
        }

        var reader = new Utf8JsonReader(json.WrittenSpan, WireJson.Reading);
        return JsonElement.ParseValue(ref reader);
    }

    // It is logged, and only what looks like the name of a value can be trusted to be one.
    private static string Printable(string value)
        => value.Length is > 0 and <= 64 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '+') ? value : "the value";

    private sealed record Unknown(string Path, string Text);
}
