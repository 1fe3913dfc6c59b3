using System.Buffers;
using System.Text;
using System.Text.Json;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Transcripts;

/// <summary>One walk through one line, from its first byte to where it ends or breaks; what follows is taken for text. Used once.</summary>
internal sealed class SecretWalk(SecretTable table, IReadOnlyList<string> members, AnswerSecrets answer)
{
    private readonly List<Range> _found = [];
    private readonly Stack<Frame> _open = new();
    private char[] _text = ArrayPool<char>.Shared.Rent(256);
    private Next _next;

    // What is known of the value to come.
    private enum Next
    {
        Plain,
        SecretText,
        Secret,
        Value,
        Name,
    }

    public List<Range> Find(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, isFinalBlock: false, new JsonReaderState(WireJson.Reading));
        try
        {
            while (reader.Read() && Take(ref reader, line.Length))
            {
            }
        }
        catch (JsonException)
        {
            // no JSON from here on
        }

        TakeRest(line, (int)reader.BytesConsumed);
        ArrayPool<char>.Shared.Return(_text);
        return Merged();
    }

    // False where the line ends inside a secret.
    private bool Take(ref Utf8JsonReader reader, int length)
    {
        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            _next = Classify(ref reader);
            return true;
        }

        var (next, start) = (_next, (int)reader.TokenStartIndex);
        _next = Next.Plain;
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray when next == Next.Secret:
                if (!reader.TrySkip())
                {
                    _found.Add(start..length);
                    return false;
                }

                if (reader.BytesConsumed - start > 2) // in an empty one is no secret
                {
                    _found.Add(start..(int)reader.BytesConsumed);
                }

                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                _open.Push(new Frame { Start = start, IsValue = next == Next.Value });
                break;
            case JsonTokenType.EndObject or JsonTokenType.EndArray:
                Close((int)reader.BytesConsumed);
                break;
            case JsonTokenType.String or JsonTokenType.Number:
                TakeScalar(ref reader, next, start..(int)reader.BytesConsumed);
                break;
        }

        return true;
    }

    private void TakeScalar(ref Utf8JsonReader reader, Next next, Range where)
    {
        var isText = reader.TokenType == JsonTokenType.String;
        if (next == Next.Secret || (isText && (next == Next.SecretText || HasSecret(ref reader))))
        {
            _found.Add(where);
        }
        else if (next == Next.Value && _open.TryPeek(out var frame))
        {
            frame.Value = where;
        }
        else if (next == Next.Name && isText && _open.TryPeek(out frame))
        {
            frame.NamesSecret = table.IsSecretProperty(Text(ref reader));
        }
    }

    // {"name": "password", "type": "string", "value": "…"}, in any order
    private void Close(int end)
    {
        if (!_open.TryPop(out var frame))
        {
            return;
        }

        if (frame is { NamesSecret: true, Value: { } value })
        {
            _found.Add(value);
        }

        if (frame.IsValue && _open.TryPeek(out var outer))
        {
            outer.Value = frame.Start..end;
        }
    }

    private void TakeRest(ReadOnlySpan<byte> line, int from)
    {
        if (_open.Count == 0 && line[from..].Trim(" \t\r"u8).IsEmpty)
        {
            return;
        }

        foreach (var frame in _open)
        {
            // its name was to come
            if (frame.Value is { } value)
            {
                _found.Add(value);
            }

            if (frame.IsValue)
            {
                _found.Add(frame.Start..line.Length);
            }
        }

        if (_next is Next.Secret or Next.SecretText or Next.Value || answer.Words.Count > 0)
        {
            _found.Add(from..line.Length);
            return;
        }

        // one character a byte, so that places are the same
        var rest = Encoding.Latin1.GetString(line[from..]);
        if (SecretText.FindPossible(table, rest) is var at and >= 0)
        {
            _found.Add((from + at)..line.Length);
        }
    }

    private Next Classify(ref Utf8JsonReader reader)
    {
        var name = Text(ref reader);
        if (answer.InResult && reader.CurrentDepth == 1 && name is "return")
        {
            return Next.Secret;
        }

        foreach (var member in members)
        {
            if (SecretTable.Same(name, member))
            {
                return Next.Secret;
            }
        }

        return table.Classify(name) switch
        {
            SecretKind.Any => Next.Secret,
            SecretKind.Text => Next.SecretText,
            _ => name switch
            {
                "value" => Next.Value,
                "name" or "property" => Next.Name,
                _ => Next.Plain,
            },
        };
    }

    private bool HasSecret(ref Utf8JsonReader reader)
        => (reader.ValueSpan.IndexOfAny("=:\\"u8) >= 0 && SecretText.HasSecret(table, Text(ref reader)))
            || (answer.Words.Count > 0 && Repeats(Text(ref reader)));

    private bool Repeats(ReadOnlySpan<char> text)
    {
        foreach (var word in answer.Words)
        {
            if (text.Contains(word, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    // valid until the next call
    private ReadOnlySpan<char> Text(ref Utf8JsonReader reader)
    {
        if (reader.ValueSpan.Length > _text.Length)
        {
            ArrayPool<char>.Shared.Return(_text);
            _text = ArrayPool<char>.Shared.Rent(reader.ValueSpan.Length);
        }

        try
        {
            return _text.AsSpan(0, reader.CopyString(_text));
        }
        catch (InvalidOperationException)
        {
            // invalid UTF-8, or half a character
            return _text.AsSpan(0, Encoding.Latin1.GetChars(reader.ValueSpan, _text));
        }
    }

    private List<Range> Merged()
    {
        _found.Sort((one, other) => one.Start.Value.CompareTo(other.Start.Value));
        List<Range> merged = new(_found.Count);
        foreach (var range in _found)
        {
            if (merged.Count == 0 || range.Start.Value >= merged[^1].End.Value)
            {
                merged.Add(range);
            }
            else if (range.End.Value > merged[^1].End.Value)
            {
                merged[^1] = merged[^1].Start..range.End;
            }
        }

        return merged;
    }

    // An object or array that is open.
    private sealed class Frame
    {
        public required int Start { get; init; }

        public required bool IsValue { get; init; }

        public Range? Value { get; set; }

        public bool NamesSecret { get; set; }
    }
}
