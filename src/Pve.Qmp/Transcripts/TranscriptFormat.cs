using System.Globalization;

namespace Pve.Qmp.Transcripts;

/// <summary>The small parts of a transcript's lines, to text and back; <see cref="QmpTranscript"/> documents them.</summary>
internal static class TranscriptFormat
{
    public const string Word = "qmp-transcript";

    private const string StartFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";
    private const string StartPattern = "yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'";
    private const long MaxSeconds = 922_337_203_685; // what a TimeSpan holds, less a part of a second

    public static string Header(DateTimeOffset startedAt)
        => $"{Word} {QmpTranscript.FormatVersion} {startedAt.UtcDateTime.ToString(StartFormat, CultureInfo.InvariantCulture)}";

    public static bool TryReadStart(ReadOnlySpan<char> text, out DateTimeOffset startedAt)
        => DateTimeOffset.TryParseExact(
            text, StartPattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out startedAt);

    public static string Time(TimeSpan time)
    {
        var (seconds, rest) = Math.DivRem(time.Ticks, TimeSpan.TicksPerSecond);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds}.{rest / TimeSpan.TicksPerMicrosecond:D6}");
    }

    /// <summary>Reads seconds with at most six decimals.</summary>
    public static bool TryReadTime(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = default;
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        var fraction = point < 0 ? "0" : text[(point + 1)..];
        if (fraction.Length is 0 or > 6
            || !long.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) || seconds >= MaxSeconds
            || !long.TryParse(fraction, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds))
        {
            return false;
        }

        for (var digits = fraction.Length; digits < 6; digits++)
        {
            microseconds *= 10;
        }

        time = new TimeSpan((seconds * TimeSpan.TicksPerSecond) + (microseconds * TimeSpan.TicksPerMicrosecond));
        return true;
    }

    public static string Arrow(QmpTranscriptDirection direction) => direction switch
    {
        QmpTranscriptDirection.Sent => "->",
        QmpTranscriptDirection.Received => "<-",
        QmpTranscriptDirection.CutOff => "<~",
        QmpTranscriptDirection.Mark => "==",
        _ => throw new ArgumentOutOfRangeException(nameof(direction), direction, null),
    };

    public static QmpTranscriptDirection? ReadArrow(ReadOnlySpan<char> text) => text switch
    {
        "->" => QmpTranscriptDirection.Sent,
        "<-" => QmpTranscriptDirection.Received,
        "<~" => QmpTranscriptDirection.CutOff,
        "==" => QmpTranscriptDirection.Mark,
        _ => null,
    };
}
