using System.Buffers;
using System.IO.Pipelines;

namespace Pve.Qmp.Framing;

/// <summary>Reads a pipe message by message. A clean end and a cut-off message are different answers; failures name the <paramref name="peer"/>.</summary>
internal sealed class QmpMessageReader(PipeReader reader, int maxMessageBytes, string peer, IWireTap? tap = null)
{
    private readonly MessageCutter _cutter = new(maxMessageBytes, peer);
    private ReadOnlySequence<byte> _rest;
    private SequencePosition _end;
    private bool _holdsBuffer;
    private bool _ended;

    /// <summary>Takes a message that has already been read; it is valid until the next call of this or of <see cref="ReadAsync"/>.</summary>
    /// <exception cref="QmpProtocolException">A message is longer than the limit.</exception>
    public bool TryTake(out ReadOnlySequence<byte> message)
    {
        message = default;
        if (!_holdsBuffer || !_cutter.TryTake(ref _rest, out message))
        {
            return false;
        }

        tap?.OnReceived(message);
        return true;
    }

    /// <summary>Reads more, once every message read so far is taken; false at a clean end of stream.</summary>
    /// <exception cref="QmpProtocolException">The stream ended inside a message.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_ended)
        {
            if (_cutter.Begun.IsEmpty)
            {
                return false;
            }

            tap?.OnCutOff(_cutter.Begun);
            throw new QmpProtocolException($"The stream of {peer} ended inside a message, after {_cutter.Begun.Length} bytes of it.");
        }

        if (_holdsBuffer)
        {
            _holdsBuffer = false;
            reader.AdvanceTo(_end);
        }

        var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        (_rest, _end, _holdsBuffer, _ended) = (result.Buffer, result.Buffer.End, true, result.IsCompleted);
        return true;
    }
}
