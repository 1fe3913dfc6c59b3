namespace Pve.Qmp.Transcripts;

/// <summary>Cuts a transcript behind each end and before each beginning.</summary>
internal static class Conversations
{
    public static List<List<QmpTranscriptEntry>> Split(IReadOnlyList<QmpTranscriptEntry> entries)
    {
        List<List<QmpTranscriptEntry>> all = [];
        List<QmpTranscriptEntry> current = [];
        foreach (var entry in entries)
        {
            var mark = entry.Direction == QmpTranscriptDirection.Mark ? Mark.Read(entry.Text) : null;
            if (mark is { Kind: MarkKind.Connected })
            {
                Cut();
            }

            current.Add(entry);
            if (mark is { IsEnd: true })
            {
                Cut();
            }
        }

        Cut();
        return all;

        void Cut()
        {
            if (current.Count > 0)
            {
                all.Add(current);
                current = [];
            }
        }
    }
}
