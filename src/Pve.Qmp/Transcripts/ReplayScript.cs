using System.Text.Json;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Transcripts;

/// <summary>A conversation as the server has to play it: its lines in order, the commands it must hear before each, and the end.</summary>
internal sealed class ReplayScript
{
    public static readonly JsonDocumentOptions Reading = new() { MaxDepth = WireJson.Reading.MaxDepth };

    private readonly List<ReplayLine> _lines = [];
    private readonly bool _allowStrays;

    /// <exception cref="QmpTranscriptException">The entries cannot be replayed.</exception>
    public ReplayScript(IReadOnlyList<QmpTranscriptEntry> entries, bool allowStrays)
    {
        _allowStrays = allowStrays;
        for (var i = 0; i < entries.Count; i++)
        {
            Add(entries[i], i);
        }

        StartTime = entries.Count > 0 ? entries[0].Time : TimeSpan.Zero;
    }

    public ReplayCommands Commands { get; } = new();

    public IReadOnlyList<ReplayLine> Lines => _lines;

    public TimeSpan StartTime { get; }

    /// <summary>The end; null where the transcript has none.</summary>
    public (QmpTranscriptEntry Entry, Mark Mark)? End { get; private set; }

    private void Add(QmpTranscriptEntry entry, int position)
    {
        switch (entry.Direction)
        {
            case QmpTranscriptDirection.Sent:
                Commands.Add(ReadCommand(entry, position));
                break;
            case QmpTranscriptDirection.Received or QmpTranscriptDirection.CutOff:
                var line = ReplayLine.Read(entry, _lines.Count, Commands.Count);
                if (line.IsReply)
                {
                    Pair(line, position);
                }

                _lines.Add(line);
                break;
            default:
                AddMark(entry);
                break;
        }
    }

    // QEMU leaves the id out where the command had none, and where it could not read the command; the latter reply belongs to none.
    private void Pair(ReplayLine line, int position)
    {
        line.Answers = Commands.Answer(line.Id, position);
        if (line is { Answers: null, Id: not null } && !_allowStrays)
        {
            throw new QmpTranscriptException(line.Entry.Line, $"The reply with id {line.Id} answers no command above it.");
        }
    }

    private void AddMark(QmpTranscriptEntry entry)
    {
        switch (Mark.Read(entry.Text))
        {
            case { Kind: MarkKind.Connected }:
                break;
            case { Kind: MarkKind.Gap }:
                throw new QmpTranscriptException(entry.Line, "Messages are missing here; take the line out to replay what there is.");
            case { } end:
                End = (entry, end);
                break;
            default:
                throw new QmpTranscriptException(entry.Line, $"'{entry.Text}' is none of the marks {Mark.AllWords}.");
        }
    }

    private ReplayCommand ReadCommand(QmpTranscriptEntry entry, int position)
    {
        try
        {
            using var document = JsonDocument.Parse(entry.ToBytes(), Reading);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new ReplayCommand(entry, position, _lines.Count, document.RootElement.Clone())
                : throw new JsonException("an object is expected");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new QmpTranscriptException(entry.Line, $"The command is not JSON: {e.Message}", e);
        }
    }
}
