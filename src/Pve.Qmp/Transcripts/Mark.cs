using System.Text;

namespace Pve.Qmp.Transcripts;

/// <summary>A mark of a transcript: words that say what it is, and where there is more to say, a colon and the detail.</summary>
internal readonly record struct Mark(MarkKind Kind, string? Detail = null)
{
    private static readonly (MarkKind Kind, string Words)[] Known =
    [
        (MarkKind.Connected, "connected"),
        (MarkKind.Gap, "gap"),
        (MarkKind.ClosedByUs, "closed by us"),
        (MarkKind.ClosedByPeer, "closed by the peer"),
        (MarkKind.Lost, "lost"),
        (MarkKind.ProtocolError, "protocol error"),
        (MarkKind.RecordingEnded, "recording ended"),
    ];

    public static string AllWords => string.Join(", ", Known.Select(known => $"'{known.Words}'"));

    public bool IsEnd => Kind is not (MarkKind.Connected or MarkKind.Gap);

    /// <summary>How a conversation that ended with <paramref name="reason"/> ended.</summary>
    public static Mark OfEnd(Exception? reason) => reason switch
    {
        null => new Mark(MarkKind.ClosedByUs),
        OperationCanceledException => new Mark(MarkKind.ClosedByUs, "connecting was given up"),
        QmpProtocolException => new Mark(MarkKind.ProtocolError, reason.Message),
        QmpConnectionException { InnerException: null } => new Mark(MarkKind.ClosedByPeer, reason.Message),
        QmpConnectionException { InnerException: { } cause } => new Mark(MarkKind.Lost, cause.Message),
        QmpException => new Mark(MarkKind.ClosedByUs, reason.Message),
        _ => new Mark(MarkKind.Lost, reason.Message),
    };

    public static Mark? Read(string text)
    {
        foreach (var (kind, words) in Known)
        {
            if (text == words)
            {
                return new Mark(kind);
            }

            if (text.StartsWith(words + ": ", StringComparison.Ordinal))
            {
                return new Mark(kind, Encoding.UTF8.GetString(EscapedText.Decode(text[(words.Length + 2)..])));
            }
        }

        return null;
    }

    public override string ToString()
    {
        var kind = Kind;
        var words = Known.First(known => known.Kind == kind).Words;
        return Detail is null ? words : $"{words}: {EscapedText.Encode(Encoding.UTF8.GetBytes(Detail))}";
    }
}
