using System.Buffers;

namespace Pve.Qmp.Framing;

/// <summary>Sees everything that travels in one conversation, and its end. It neither waits nor throws.</summary>
internal interface IWireTap
{
    /// <summary>A line of ours, told before it is written, so that no reply is seen before its command.</summary>
    void OnSent(ReadOnlySequence<byte> line);

    /// <summary>A line of the peer.</summary>
    void OnReceived(ReadOnlySequence<byte> line);

    /// <summary>What came of a line whose end never came.</summary>
    void OnCutOff(ReadOnlySequence<byte> tail);

    /// <summary>The end: the failure, or none where we closed. The first one counts.</summary>
    void OnEnd(Exception? reason);
}
