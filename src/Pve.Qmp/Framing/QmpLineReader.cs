using System.Buffers;
using System.IO.Pipelines;

namespace Pve.Qmp.Framing;

/// <summary>Reads a pipe line by line. A clean end and a cut-off message are different answers.</summary>
internal sealed class QmpLineReader(PipeReader reader, int maxLineBytes, IWireTap? tap = null)
{
    private LineScanner _scanner = new(maxLineBytes);
    private ReadOnlySequence<byte> _buffer;
    private bool _holdsBuffer;
    private bool _ended;

    /// <summary>Takes a line that has already been read; it is valid until the next call of <see cref="ReadAsync"/>.</summary>
    /// <exception cref="QmpProtocolException">A line is longer than the limit.</exception>
    public bool TryTake(out ReadOnlySequence<byte> line)
    {
        line = default;
        if (!_holdsBuffer || !_scanner.TryTake(ref _buffer, out line))
        {
            return false;
        }

        tap?.OnReceived(line);
        return true;
    }

    /// <summary>Reads more, once every line read so far is taken; false at a clean end of stream.</summary>
    /// <exception cref="QmpProtocolException">The stream ended inside a message.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        if (_ended)
        {
            if (_buffer.IsEmpty)
            {
                return false;
            }

            tap?.OnCutOff(_buffer);
            throw new QmpProtocolException($"The stream ended inside a message, after {_buffer.Length} bytes of it.");
        }

        if (_holdsBuffer)
        {
            _holdsBuffer = false;
            reader.AdvanceTo(_buffer.Start, _buffer.End);
        }

        var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        (_buffer, _holdsBuffer, _ended) = (result.Buffer, true, result.IsCompleted);
        return true;
    }
}
