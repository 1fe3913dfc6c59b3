using System.Buffers;
using Pve.Qmp.Framing;

namespace Pve.Qmp.Transcripts;

/// <summary>One conversation on its way into a recorder.</summary>
internal sealed class RecordedConversation(RecorderQueue queue) : IWireTap
{
    public void OnSent(ReadOnlySequence<byte> line)
    {
        if (!line.IsEmpty && line.Slice(line.Length - 1).FirstSpan[0] == '\n')
        {
            line = line.Slice(0, line.Length - 1);
        }

        queue.Add(this, QmpTranscriptDirection.Sent, line);
    }

    public void OnReceived(ReadOnlySequence<byte> line) => queue.Add(this, QmpTranscriptDirection.Received, line);

    public void OnCutOff(ReadOnlySequence<byte> tail) => queue.Add(this, QmpTranscriptDirection.CutOff, tail);

    public void OnEnd(Exception? reason) => queue.End(this, Mark.OfEnd(reason));
}
