using System.Text;
using System.Text.Json;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Transcripts;

/// <summary>A line that the server says.</summary>
internal sealed class ReplayLine(QmpTranscriptEntry entry, int index, int commandsBefore)
{
    private readonly byte[] _bytes = entry.ToBytes();
    private Range? _id;

    public QmpTranscriptEntry Entry { get; } = entry;

    public int Index { get; } = index;

    /// <summary>How many commands come before it.</summary>
    public int CommandsBefore { get; } = commandsBefore;

    public bool IsReply { get; private set; }

    public string? Id => _id is { } range ? Encoding.UTF8.GetString(_bytes.AsSpan(range)) : null;

    /// <summary>The command it answers; null for all but replies.</summary>
    public ReplayCommand? Answers { get; set; }

    /// <summary>When it was due, on the replay's clock.</summary>
    public TimeSpan PlayedAt { get; set; }

    public static ReplayLine Read(QmpTranscriptEntry entry, int index, int commandsBefore)
    {
        var line = new ReplayLine(entry, index, commandsBefore);
        if (entry.Direction == QmpTranscriptDirection.Received)
        {
            try
            {
                line.ReadOutermost();
            }
            catch (Exception e) when (e is JsonException or InvalidOperationException)
            {
                (line._id, line.IsReply) = (null, false); // junk is played as it is
            }
        }

        return line;
    }

    /// <summary>The bytes to be sent, with the id that the client uses now.</summary>
    public ReadOnlyMemory<byte> ToWire()
    {
        var end = Entry.Direction == QmpTranscriptDirection.CutOff ? "" : "\r\n";
        if (Answers?.Id is not { } id)
        {
            return (byte[])[.. _bytes, .. Encoding.UTF8.GetBytes(end)];
        }

        var (before, after, text) = _id is { } range
            ? (range.Start.Value, range.End.Value, id)
            : (_bytes.AsSpan().LastIndexOf((byte)'}'), _bytes.AsSpan().LastIndexOf((byte)'}'), $", \"id\": {id}");
        return (byte[])[.. _bytes.AsSpan(0, before), .. Encoding.UTF8.GetBytes(text), .. _bytes.AsSpan(after), .. Encoding.UTF8.GetBytes(end)];
    }

    private void ReadOutermost()
    {
        var reader = new Utf8JsonReader(_bytes, WireJson.Reading);
        var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
        while (isObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            IsReply |= reader.ValueTextEquals("return"u8) || reader.ValueTextEquals("error"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isId)
            {
                _id = start..(int)reader.BytesConsumed;
            }
        }

        while (reader.Read())
        {
            // to the end, so that trailing junk is seen
        }
    }
}
