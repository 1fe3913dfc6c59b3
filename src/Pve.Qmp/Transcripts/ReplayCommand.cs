using System.Text.Json;

namespace Pve.Qmp.Transcripts;

/// <summary>A command that the client must send, and when it did.</summary>
internal sealed class ReplayCommand(QmpTranscriptEntry entry, int position, int linesBefore, JsonElement json)
{
    public QmpTranscriptEntry Entry { get; } = entry;

    public int Position { get; } = position;

    /// <summary>How many lines of the server come before it.</summary>
    public int LinesBefore { get; } = linesBefore;

    public JsonElement Json { get; } = json;

    /// <summary>Where its reply is; behind everything where it has none.</summary>
    public int ReplyPosition { get; set; } = int.MaxValue;

    public string? RecordedId { get; } = json.TryGetProperty("id", out var id) ? id.GetRawText() : null;

    /// <summary>When it came, on the replay's clock; null before.</summary>
    public TimeSpan? ArrivedAt { get; private set; }

    /// <summary>The id it has this time, as JSON; null where the client gives none.</summary>
    public string? Id { get; private set; }

    public void Arrive(TimeSpan now, JsonElement actual)
    {
        ArrivedAt = now;
        Id = actual.TryGetProperty("id", out var id) ? id.GetRawText() : null;
    }
}
