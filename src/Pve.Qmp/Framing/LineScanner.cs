using System.Buffers;

namespace Pve.Qmp.Framing;

/// <summary>Cuts a byte stream into lines. Ends of line are LF or CRLF; blank lines are skipped. It does no I/O and looks at no byte twice.</summary>
internal struct LineScanner(int maxLineBytes)
{
    private long _scanned;

    /// <summary>Takes the next line off <paramref name="buffer"/>, without its end.</summary>
    /// <exception cref="QmpProtocolException">A line is longer than the limit.</exception>
    public bool TryTake(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        while (buffer.Slice(_scanned).PositionOf((byte)'\n') is { } end)
        {
            line = TrimCarriageReturn(buffer.Slice(0, end));
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            _scanned = 0;
            ThrowIfTooLong(line.Length);
            if (!line.IsEmpty)
            {
                return true;
            }
        }

        _scanned = buffer.Length;
        ThrowIfTooLong(TrimCarriageReturn(buffer).Length); // the end of line does not count, not even half of it
        line = default;
        return false;
    }

    private readonly void ThrowIfTooLong(long length)
    {
        if (length > maxLineBytes)
        {
            throw new QmpProtocolException(
                $"A message is longer than the limit of {maxLineBytes} bytes; raise {nameof(QmpClientOptions)}.{nameof(QmpClientOptions.MaxMessageBytes)} if that is intended.");
        }
    }

    private static ReadOnlySequence<byte> TrimCarriageReturn(ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty)
        {
            return line;
        }

        var last = line.Slice(line.Length - 1);
        return last.FirstSpan[0] == (byte)'\r' ? line.Slice(0, last.Start) : line;
    }
}
