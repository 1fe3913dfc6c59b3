using System.Text;
using System.Text.Json;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Transcripts;

/// <summary>Finds the secrets in the lines of one conversation. It remembers of each command what is secret in its answer until that comes.</summary>
internal sealed class SecretMasker(SecretTable table)
{
    // Beyond this many unanswered commands it forgets which they were, and every result is masked that it cannot place.
    private const int MostUnanswered = 10_000;

    private readonly Dictionary<string, AnswerSecrets> _unanswered = []; // by id
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
        var found = new SecretWalk(table, secrets.Members, AnswerSecrets.None).Find(line.Span);
        if (secrets.Id is not null)
        {
            if (_unanswered.Count >= MostUnanswered)
            {
                _unanswered.Clear();
                _incomplete = true;
            }

            _unanswered[secrets.Id] = AnswerSecrets.Of(table, line.Span, found, secrets.InResult);
        }

        return found;
    }

    private List<Range> FindInMessage(ReadOnlySpan<byte> line)
    {
        var secrets = ReadId(line) is not { } id ? OfAllUnanswered()
            : _unanswered.Remove(id, out var known) ? known
            : AnswerSecrets.None with { InResult = _incomplete };
        return new SecretWalk(table, [], secrets).Find(line);
    }

    // An excerpt of a junk line may be in the reason of an end.
    private List<Range> FindInMark(ReadOnlySpan<byte> mark)
    {
        var text = Encoding.Latin1.GetString(mark);
        if (Mark.Read(text) is not { IsEnd: true, Detail: not null } end)
        {
            return [];
        }

        var hidesAll = end.Kind == MarkKind.ProtocolError && !OfAllUnanswered().IsNone;
        var at = hidesAll ? text.IndexOf(':') + 2 : SecretText.FindPossible(table, text);
        return at < 0 ? [] : [at..mark.Length];
    }

    // What is not known to answer one command may answer any.
    private AnswerSecrets OfAllUnanswered()
    {
        var all = AnswerSecrets.None;
        foreach (var one in _unanswered.Values)
        {
            all = one.IsNone ? all : new AnswerSecrets(all.InResult || one.InResult, [.. all.Words, .. one.Words]);
        }

        return all;
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
