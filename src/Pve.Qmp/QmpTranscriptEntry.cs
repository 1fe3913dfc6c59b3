using Pve.Qmp.Transcripts;

namespace Pve.Qmp;

/// <summary>One line of a <see cref="QmpTranscript"/>: a message, or a mark.</summary>
/// <example>
/// <code>
/// var entry = new QmpTranscriptEntry(TimeSpan.FromMilliseconds(2), QmpTranscriptDirection.Received, """{"return": {}, "id": 1}""");
/// Console.WriteLine(entry); // 0.002000 &lt;- {"return": {}, "id": 1}
/// </code>
/// </example>
public sealed record QmpTranscriptEntry
{
    /// <summary>Creates an entry.</summary>
    /// <exception cref="ArgumentException">The text holds a control character or a <c>\x</c> without two hexadecimal digits.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is before the start.</exception>
    public QmpTranscriptEntry(TimeSpan time, QmpTranscriptDirection direction, string text)
        => (Time, Direction, Text) = (time, direction, text);

    /// <summary>When it travelled, since the start of the transcript, in whole microseconds.</summary>
    public TimeSpan Time
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = new TimeSpan(value.Ticks - (value.Ticks % TimeSpan.TicksPerMicrosecond));
        }
    }

    /// <summary>Whether it is the client's, the server's or a mark.</summary>
    public QmpTranscriptDirection Direction { get; init; }

    /// <summary>The line without its end, as the file writes it; <see cref="ToBytes"/> undoes its escapes.</summary>
    public string Text
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = EscapedText.Fault(value) is { } fault ? throw new ArgumentException(fault, nameof(Text)) : value;
        }
    }

    /// <summary>The line of the text it was read from, counted from 1; 0 where it was read from none.</summary>
    public int Line { get; init; }

    /// <summary>Creates an entry from the bytes of a message, escaping what is no text.</summary>
    public static QmpTranscriptEntry FromBytes(TimeSpan time, QmpTranscriptDirection direction, ReadOnlySpan<byte> message)
        => new(time, direction, EscapedText.Encode(message));

    /// <summary>The bytes of the message, without its end of line.</summary>
    public byte[] ToBytes() => EscapedText.Decode(Text);

    /// <summary>The line of the file.</summary>
    public override string ToString() => $"{TranscriptFormat.Time(Time)} {TranscriptFormat.Arrow(Direction)} {Text}";
}
