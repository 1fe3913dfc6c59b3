using System.Buffers;

namespace Pve.Qmp.Framing;

/// <summary>
/// Cuts a byte stream into lines. Ends of line are LF or CRLF; blank lines are skipped. It does no I/O, looks at no byte twice, and keeps the
/// beginning of a line whose end has not come yet, so that its input never has to.
/// </summary>
internal sealed class LineCutter(int maxLineBytes)
{
    private readonly ChunkedBuffer _begun = new();
    private bool _taken;

    /// <summary>What is here of a line whose end has not come.</summary>
    public ReadOnlySequence<byte> Begun => _taken ? ReadOnlySequence<byte>.Empty : _begun.AsSequence();

    /// <summary>Takes the next line off <paramref name="input"/>, without its end; it is valid until the next call, and as long as the input is.</summary>
    /// <returns>False where the input has been used up.</returns>
    /// <exception cref="QmpProtocolException">A line is longer than the limit.</exception>
    public bool TryTake(ref ReadOnlySequence<byte> input, out ReadOnlySequence<byte> line)
    {
        if (_taken)
        {
            _begun.Clear();
            _taken = false;
        }

        while (TryFindEnd(input, out var end))
        {
            line = input.Slice(0, end);
            input = input.Slice(input.GetPosition(1, end));
            if (_begun.Length > 0)
            {
                ThrowIfTooLong(_begun.Length + line.Length - 1); // one may be half of the end
                _begun.Append(line);
                line = _begun.AsSequence();
                _taken = true;
            }

            line = TrimCarriageReturn(line);
            ThrowIfTooLong(line.Length);
            if (!line.IsEmpty)
            {
                return true;
            }

            _begun.Clear();
            _taken = false;
        }

        ThrowIfTooLong(_begun.Length + input.Length - 1);
        _begun.Append(input);
        ThrowIfTooLong(TrimCarriageReturn(_begun.AsSequence()).Length);
        input = default;
        line = default;
        return false;
    }

    private static bool TryFindEnd(in ReadOnlySequence<byte> input, out SequencePosition end)
    {
        if (input.IsSingleSegment)
        {
            var index = input.FirstSpan.IndexOf((byte)'\n');
            end = index < 0 ? default : input.GetPosition(index);
            return index >= 0;
        }

        var found = input.PositionOf((byte)'\n');
        end = found ?? default;
        return found is not null;
    }

    private void ThrowIfTooLong(long length)
    {
        if (length > maxLineBytes)
        {
            throw new QmpProtocolException(
                $"A message is longer than the limit of {maxLineBytes} bytes; raise {nameof(QmpClientOptions)}.{nameof(QmpClientOptions.MaxMessageBytes)} if that is intended.");
        }
    }

    private static ReadOnlySequence<byte> TrimCarriageReturn(in ReadOnlySequence<byte> line)
    {
        if (line.IsEmpty)
        {
            return line;
        }

        if (line.IsSingleSegment)
        {
            return line.FirstSpan[^1] == (byte)'\r' ? line.Slice(0, line.Length - 1) : line;
        }

        var last = line.Slice(line.Length - 1);
        return last.FirstSpan[0] == (byte)'\r' ? line.Slice(0, last.Start) : line;
    }
}
