using System.Text.Json;

namespace Pve.Migration.Testing.Simulation;

/// <summary>A command's arguments, checked the way QEMU's input visitor checks them, in its words.</summary>
internal readonly struct CommandArguments(JsonElement arguments)
{
    private bool IsEmpty => arguments.ValueKind != JsonValueKind.Object;

    /// <summary>The members, in the order they came.</summary>
    public JsonElement.ObjectEnumerator Members => IsEmpty ? default : arguments.EnumerateObject();

    /// <summary>Refuses what the command does not take.</summary>
    public CommandArguments Only(params ReadOnlySpan<string> known)
    {
        foreach (var member in Members)
        {
            if (!known.Contains(member.Name))
            {
                throw new CommandRefusedException($"Parameter '{member.Name}' is unexpected");
            }
        }

        return this;
    }

    public JsonElement Required(string name) => Required(name, name);

    public string Text(string name) => Text(Required(name), name);

    /// <summary>The elements of an array, which are objects.</summary>
    public CommandArguments[] Objects(string name)
        => [.. Array(name).Select((element, i) => element.ValueKind == JsonValueKind.Object ? new CommandArguments(element) : throw WrongType($"{name}[{i}]", "object"))];

    /// <summary>The elements of an array, which are strings.</summary>
    /// <param name="name">The array's name.</param>
    /// <param name="alternate">What QEMU's message calls an element where a string is one of its forms, the only one that is simulated.</param>
    public string[] Texts(string name, string? alternate = null)
        => [.. Array(name).Select((element, i) => element.ValueKind == JsonValueKind.String ? element.GetString()!
            : throw (alternate is null ? WrongType($"{name}[{i}]", "string") : WrongType("null", alternate)))];

    public string Text(string name, string shownAs) => Text(Required(name, shownAs), shownAs);

    public bool Flag(string name, string shownAs)
        => Required(name, shownAs).ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw WrongType(shownAs, "boolean"),
        };

    public CommandArguments Object(string name)
        => Required(name) is { ValueKind: JsonValueKind.Object } value ? new CommandArguments(value) : throw WrongType(name, "object");

    public bool FlagOr(string name, bool otherwise) => Has(name) ? Flag(name, name) : otherwise;

    public string TextOr(string name, string otherwise) => Has(name) ? Text(name) : otherwise;

    public long Number(string name) => Required(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : throw WrongType(name, "integer");

    public long NumberOr(string name, long otherwise) => Has(name) ? Number(name) : otherwise;

    public bool Has(string name) => !IsEmpty && arguments.TryGetProperty(name, out _);

    /// <summary>One of the words.</summary>
    public string Word(string name, params ReadOnlySpan<string> words)
    {
        var word = Text(name);
        return words.Contains(word) ? word : throw new CommandRefusedException($"Parameter '{name}' does not accept value '{word}'");
    }

    public static CommandRefusedException WrongType(string shownAs, string expected)
        => new($"Invalid parameter type for '{shownAs}', expected: {expected}");

    private JsonElement.ArrayEnumerator Array(string name)
    {
        var value = Required(name);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw WrongType(name, "array");
    }

    private static string Text(JsonElement value, string shownAs)
        => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw WrongType(shownAs, "string");

    private JsonElement Required(string name, string shownAs)
        => !IsEmpty && arguments.TryGetProperty(name, out var value) ? value : throw new CommandRefusedException($"Parameter '{shownAs}' is missing");
}
