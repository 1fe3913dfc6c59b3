using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Pve.Qmp.Transcripts;

/// <summary>Reads a transcript line by line; whatever it refuses, it says the line.</summary>
internal static class TranscriptParser
{
    public static QmpTranscript Parse(string text)
    {
        DateTimeOffset? startedAt = null;
        List<QmpTranscriptEntry> entries = [];
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan(range).TrimEnd('\r');
            if (number == 1)
            {
                line = line.TrimStart('\uFEFF');
            }

            if (line.IsWhiteSpace() || line.TrimStart().StartsWith('#'))
            {
                continue;
            }

            if (startedAt is null)
            {
                startedAt = ReadHeader(line, number);
                continue;
            }

            var entry = ReadEntry(line, number);
            if (entries.Count > 0 && entry.Time < entries[^1].Time)
            {
                throw new QmpTranscriptException(number, $"The time {TranscriptFormat.Time(entry.Time)} is before that of the entry above.");
            }

            entries.Add(entry);
        }

        return new QmpTranscript
        {
            StartedAt = startedAt
                ?? throw new QmpTranscriptException(1, $"A transcript begins with '{TranscriptFormat.Word}', and this text is empty."),
            Entries = entries,
        };
    }

    /// <exception cref="QmpTranscriptException">The bytes are not UTF-8.</exception>
    public static string Decode(byte[] bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return Encoding.UTF8.GetString(bytes);
        }

        var number = 0;
        foreach (var line in bytes.AsSpan().Split((byte)'\n'))
        {
            number++;
            if (!Utf8.IsValid(bytes.AsSpan(line)))
            {
                break;
            }
        }

        throw new QmpTranscriptException(number, "The line is not UTF-8.");
    }

    private static DateTimeOffset ReadHeader(ReadOnlySpan<char> line, int number)
    {
        Span<Range> words = stackalloc Range[4];
        if (line.Split(words, ' ') != 3 || line[words[0]] is not TranscriptFormat.Word)
        {
            throw new QmpTranscriptException(
                number, $"A transcript begins with '{TranscriptFormat.Header(DateTimeOffset.UnixEpoch)}', with its own time.");
        }

        if (!int.TryParse(line[words[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var version) || version != QmpTranscript.FormatVersion)
        {
            throw new QmpTranscriptException(
                number, $"The format's version is '{line[words[1]]}'; {QmpTranscript.FormatVersion} is the one that can be read.");
        }

        return TranscriptFormat.TryReadStart(line[words[2]], out var startedAt)
            ? startedAt
            : throw new QmpTranscriptException(number, $"'{line[words[2]]}' is no start in UTC such as 2026-01-01T12:00:00.000000Z.");
    }

    private static QmpTranscriptEntry ReadEntry(ReadOnlySpan<char> line, int number)
    {
        var space = line.IndexOf(' ');
        if (!TranscriptFormat.TryReadTime(space < 0 ? line : line[..space], out var time))
        {
            throw new QmpTranscriptException(number, "An entry begins with seconds since the start, such as 0.001234, and a space.");
        }

        var rest = line[(space + 1)..];
        if (space < 0 || TranscriptFormat.ReadArrow(rest[..Math.Min(rest.Length, 2)]) is not { } direction || (rest.Length > 2 && rest[2] != ' '))
        {
            throw new QmpTranscriptException(number, "After the time comes one of ->, <-, <~ and ==, and a space.");
        }

        var text = rest.Length > 3 ? rest[3..].ToString() : "";
        if (EscapedText.Fault(text) is { } fault)
        {
            throw new QmpTranscriptException(number, fault);
        }

        if (direction == QmpTranscriptDirection.Mark && Mark.Read(text) is null)
        {
            throw new QmpTranscriptException(number, $"'{text}' is none of the marks {Mark.AllWords}.");
        }

        return new QmpTranscriptEntry(time, direction, text) { Line = number };
    }
}
