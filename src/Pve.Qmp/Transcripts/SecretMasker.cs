using System.Text;
using System.Text.Json;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Transcripts;

/// <summary>Finds the secrets in the lines of one conversation. It remembers the commands whose results are secret until they are answered.</summary>
internal sealed class SecretMasker(SecretTable table)
{
    // Beyond this many unanswered commands it forgets which they were, and every result is masked that it cannot place.
    private const int MostUnanswered = 10_000;

    private readonly Dictionary<string, bool> _unanswered = []; // by id; whether the result is secret
    private bool _incomplete;

    /// <summary>Some lines were not seen: a result whose command is unknown may be a secret.</summary>
    public void LinesMissed() => _incomplete = true;

    /// <summary>The parts of <paramref name="line"/> to be masked, in order, none within another.</summary>
    public List<Range> Find(QmpTranscriptDirection direction, ReadOnlyMemory<byte> line) => direction switch
    {
        QmpTranscriptDirection.Sent => FindInCommand(line),
        QmpTranscriptDirection.Mark => FindInMark(line.Span),
        _ => FindInMessage(line.Span),
    };

    private List<Range> FindInCommand(ReadOnlyMemory<byte> line)
    {
        var secrets = CommandSecrets.Of(table, line);
        if (secrets.Id is not null)
        {
            if (_unanswered.Count >= MostUnanswered)
            {
                _unanswered.Clear();
                _incomplete = true;
            }

            _unanswered[secrets.Id] = secrets.InResult;
        }

        return new SecretWalk(table, secrets.Members, hidesResult: false).Find(line.Span);
    }

    private List<Range> FindInMessage(ReadOnlySpan<byte> line)
    {
        var hidesResult = ReadId(line) is { } id
            ? _unanswered.Remove(id, out var secret) ? secret : _incomplete
            : _unanswered.ContainsValue(true);
        return new SecretWalk(table, [], hidesResult).Find(line);
    }

    // An excerpt of a junk line may be in the reason of an end.
    private List<Range> FindInMark(ReadOnlySpan<byte> mark)
    {
        var text = Encoding.Latin1.GetString(mark);
        if (Mark.Read(text) is not { IsEnd: true, Detail: not null })
        {
            return [];
        }

        var at = _unanswered.ContainsValue(true) ? text.IndexOf(':') + 2 : SecretText.FindPossible(table, text);
        return at < 0 ? [] : [at..mark.Length];
    }

    // The outermost id; members before it are skipped, and a line that breaks has none.
    private static string? ReadId(ReadOnlySpan<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line, WireJson.Reading);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isId = reader.ValueTextEquals("id"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (isId)
                {
                    return Encoding.UTF8.GetString(line[start..(int)reader.BytesConsumed]);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // junk or cut off, or a name with half a character
        }

        return null;
    }
}
