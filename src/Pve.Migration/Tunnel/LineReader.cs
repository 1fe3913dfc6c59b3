using System.Buffers;
using System.IO.Pipelines;

namespace Pve.Migration.Tunnel;

// Lines end in LF and in nothing else: a CR belongs to the line.
internal sealed class LineReader(PipeReader input, int maxLineLength)
{
    // bytes at the start of the buffer known to hold no LF: none is looked at twice
    private long _scanned;
    private SequencePosition? _consumed;

    public async ValueTask<LineRead> ReadAsync(CancellationToken cancellationToken)
    {
        if (_consumed is { } consumed)
        {
            _consumed = null;
            input.AdvanceTo(consumed);
        }

        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (buffer.Slice(_scanned).PositionOf((byte)'\n') is { } end)
            {
                _scanned = 0;
                SequencePosition next = buffer.GetPosition(1, end);
                ReadOnlySequence<byte> line = buffer.Slice(0, end);
                _consumed = next;
                return line.Length > maxLineLength
                    ? new LineRead(LineReadKind.TooLong, default, More: true)
                    : new LineRead(LineReadKind.Line, Flatten(line), More: !buffer.Slice(next).IsEmpty);
            }

            _scanned = buffer.Length;
            if (buffer.Length > maxLineLength)
            {
                _consumed = buffer.Start;
                return new LineRead(LineReadKind.TooLong, default, More: true);
            }

            if (result.IsCompleted)
            {
                _consumed = buffer.Start;
                return new LineRead(buffer.IsEmpty ? LineReadKind.End : LineReadKind.CutOff, Flatten(buffer), More: false);
            }

            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    // a line seldom straddles two segments: then, and only then, it is copied
    private static ReadOnlyMemory<byte> Flatten(ReadOnlySequence<byte> bytes) => bytes.IsSingleSegment ? bytes.First : bytes.ToArray();
}
