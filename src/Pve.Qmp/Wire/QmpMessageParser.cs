using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Pve.Qmp.Wire;

/// <summary>
/// Takes a server's message apart (docs/interop/qmp-spec):
/// <code>
/// {"QMP": {"version": …, "capabilities": […]}}
/// {"return": VALUE, "id": ID}
/// {"error": {"class": NAME, "desc": TEXT}, "id": ID}
/// {"event": NAME, "data": {…}, "timestamp": {"seconds": N, "microseconds": N}}
/// </code>
/// Members come in any order, and unknown ones are skipped.
/// </summary>
internal static class QmpMessageParser
{
    /// <exception cref="QmpProtocolException">The line of <paramref name="peer"/> is not JSON, or not a message of the protocol.</exception>
    public static QmpMessage Parse(ReadOnlySequence<byte> line, string peer)
    {
        try
        {
            return Utf8Text.IsValid(line) ? ParseObject(line) : throw new FormatException("not UTF-8");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            throw Refusal(line, peer, e);
        }
    }

    private static QmpMessage ParseObject(ReadOnlySequence<byte> line)
    {
        var reader = WireJson.Reader(line);
        QmpMessageKind? kind = null;
        ReadOnlySequence<byte> payload = default, data = default, name = default;
        long? id = null;
        var timestamp = DateTimeOffset.MinValue;

        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("event"u8))
            {
                Expect(ref reader, JsonTokenType.String);
                (kind, name) = (Only(kind, QmpMessageKind.Event), Text(ref reader, line));
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : -1;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("timestamp"u8))
            {
                timestamp = ReadTimestamp(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                data = Capture(ref reader, line);
            }
            else if (ReplyKind(ref reader) is { } replyKind)
            {
                kind = Only(kind, replyKind);
                payload = Capture(ref reader, line);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        while (reader.Read())
        {
            // reads to the end, so that trailing junk is seen
        }

        return new QmpMessage
        {
            Kind = kind ?? throw new FormatException("none of QMP, return, error, event"),
            Id = id,
            Payload = kind is QmpMessageKind.Event ? data : payload,
            EventName = name,
            Timestamp = timestamp,
        };
    }

    private static QmpMessageKind? ReplyKind(ref Utf8JsonReader reader)
        => reader.ValueTextEquals("return"u8) ? QmpMessageKind.Return
            : reader.ValueTextEquals("error"u8) ? QmpMessageKind.Error
            : reader.ValueTextEquals("QMP"u8) ? QmpMessageKind.Greeting
            : null;

    private static QmpMessageKind Only(QmpMessageKind? before, QmpMessageKind kind)
        => before is null || before == kind ? kind : throw new FormatException($"both {before} and {kind}");

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type)
    {
        if (!reader.Read() || reader.TokenType != type)
        {
            throw new FormatException($"{type} expected");
        }
    }

    private static ReadOnlySequence<byte> Capture(ref Utf8JsonReader reader, ReadOnlySequence<byte> line)
    {
        reader.Read();
        var start = reader.TokenStartIndex;
        reader.Skip();
        return line.Slice(start, reader.BytesConsumed - start);
    }

    private static ReadOnlySequence<byte> Text(ref Utf8JsonReader reader, ReadOnlySequence<byte> line)
        => reader.ValueIsEscaped
            ? new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(reader.GetString()!))
            : line.Slice(reader.TokenStartIndex + 1, reader.BytesConsumed - reader.TokenStartIndex - 2);

    // QEMU writes -1 where it could not read its clock.
    private static DateTimeOffset ReadTimestamp(ref Utf8JsonReader reader)
    {
        long seconds = -1, microseconds = 0;
        Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSeconds = reader.ValueTextEquals("seconds"u8);
            var isMicroseconds = reader.ValueTextEquals("microseconds"u8);
            reader.Read();
            if (isSeconds)
            {
                seconds = reader.GetInt64();
            }
            else if (isMicroseconds)
            {
                microseconds = reader.GetInt64();
            }
            else
            {
                reader.Skip();
            }
        }

        return seconds < 0 ? DateTimeOffset.MinValue : DateTimeOffset.UnixEpoch.AddSeconds(seconds).AddMicroseconds(microseconds);
    }

    // What begins as a message may hold a secret, also in the words of the JSON reader; anything else is shown, for it tells who is there.
    private static QmpProtocolException Refusal(ReadOnlySequence<byte> line, string peer, Exception reason)
        => !new SequenceReader<byte>(line).IsNext((byte)'{')
            ? new QmpProtocolException($"What {peer} sent is no QMP message: {Excerpt(line)}.")
            : reason is JsonException { LineNumber: var at, BytePositionInLine: var position }
                ? new QmpProtocolException($"A message of {peer}, of {line.Length} bytes, is no JSON (line {at + 1}, byte {position + 1}).")
                : new QmpProtocolException($"A message of {peer}, of {line.Length} bytes, is no QMP message: {reason.Message}.", reason);

    private static string Excerpt(ReadOnlySequence<byte> line)
    {
        const int Length = 80;
        var head = Encoding.UTF8.GetString(line.Slice(0, Math.Min(line.Length, Length))).TrimEnd();
        var printable = string.Create(head.Length, head, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
            {
                to[i] = char.IsControl(from[i]) ? '.' : from[i];
            }
        });
        return line.Length > Length ? $"'{printable}' and {line.Length - Length} bytes more" : $"'{printable}'";
    }
}
