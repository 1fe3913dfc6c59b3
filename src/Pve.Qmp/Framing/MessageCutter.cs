using System.Buffers;

namespace Pve.Qmp.Framing;

/// <summary>
/// Cuts a byte stream into messages, each a JSON object, by its brackets and strings alone: ends of line mean nothing, so that several
/// messages may stand in one line, or one in several, as QEMU writes them with <c>pretty=on</c>. What does not begin as an object is cut at the
/// end of its line. It does no I/O, looks at no byte twice, and keeps the beginning of a message whose end has not come yet, so that its input
/// never has to.
/// </summary>
internal sealed class MessageCutter(int maxMessageBytes, string peer)
{
    private readonly ChunkedBuffer _begun = new();
    private Within _within;
    private int _depth;
    private bool _taken;

    private enum Within
    {
        /// <summary>Between messages.</summary>
        Nothing,

        /// <summary>In an object, outside its strings.</summary>
        Object,

        /// <summary>In a string of an object.</summary>
        Text,

        /// <summary>In a string, behind a backslash.</summary>
        Escape,

        /// <summary>In a line that is no object.</summary>
        Junk,
    }

    /// <summary>What is here of a message whose end has not come.</summary>
    public ReadOnlySequence<byte> Begun => _taken ? ReadOnlySequence<byte>.Empty : _begun.AsSequence();

    /// <summary>Takes the next message off <paramref name="input"/>; it is valid until the next call, and as long as the input is.</summary>
    /// <returns>False where the input has been used up.</returns>
    /// <exception cref="QmpProtocolException">A message is longer than the limit.</exception>
    public bool TryTake(ref ReadOnlySequence<byte> input, out ReadOnlySequence<byte> message)
    {
        if (_taken)
        {
            _begun.Clear();
            _taken = false;
        }

        var complete = TryFindEnd(input, out var start, out var end);
        message = start == 0 && end == input.Length ? input : input.Slice(start, end - start);
        ThrowIfTooLong(_begun.Length + message.Length);
        input = input.Slice(end);
        if (complete && _begun.Length == 0)
        {
            return true;
        }

        _begun.Append(message);
        message = complete ? _begun.AsSequence() : default;
        _taken = complete;
        return complete;
    }

    // The message, or what there is of it, is what lies between start and end.
    private bool TryFindEnd(in ReadOnlySequence<byte> input, out long start, out long end)
    {
        start = end = 0;
        if (input.IsSingleSegment)
        {
            var complete = Scan(input.FirstSpan, out var first, out var length);
            (start, end) = (first, length);
            return complete;
        }

        var begun = _within != Within.Nothing;
        foreach (var segment in input)
        {
            var complete = Scan(segment.Span, out var first, out var length);
            start = begun ? start : end + first;
            begun |= _within != Within.Nothing || complete;
            end += length;
            if (complete)
            {
                return true;
            }
        }

        return false;
    }

    // start is where the message begins, if it did not before; end is behind it, or behind all that was looked at.
    private bool Scan(ReadOnlySpan<byte> bytes, out int start, out int end)
    {
        start = 0;
        var i = 0;
        if (_within == Within.Nothing)
        {
            start = i = bytes.IndexOfAnyExcept(" \t\r\n"u8);
            if (i < 0)
            {
                start = end = bytes.Length;
                return false;
            }

            _within = bytes[i] == (byte)'{' ? Within.Object : Within.Junk;
        }

        while (i < bytes.Length)
        {
            switch (_within)
            {
                case Within.Object when ScanObject(bytes, ref i):
                    _within = Within.Nothing;
                    end = i;
                    return true;
                case Within.Text:
                    ScanText(bytes, ref i);
                    break;
                case Within.Escape:
                    i++;
                    _within = Within.Text;
                    break;
                case Within.Junk:
                    var length = bytes[i..].IndexOf((byte)'\n');
                    end = length < 0 ? bytes.Length : i + length;
                    (_within, _depth) = (length < 0 ? Within.Junk : Within.Nothing, 0);
                    return length >= 0;
            }
        }

        end = bytes.Length;
        return false;
    }

    private bool ScanObject(ReadOnlySpan<byte> bytes, ref int i)
    {
        for (; i < bytes.Length; i++)
        {
            switch (bytes[i])
            {
                case (byte)'"':
                    i++;
                    _within = Within.Text;
                    return false;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    break;
                case (byte)'}' or (byte)']':
                    if (--_depth == 0)
                    {
                        i++;
                        return true;
                    }

                    break;
            }
        }

        return false;
    }

    // An end of line in a string is no JSON: whoever sends it would have us wait for an end that may never come.
    private void ScanText(ReadOnlySpan<byte> bytes, ref int i)
    {
        var next = bytes[i..].IndexOfAny((byte)'"', (byte)'\\', (byte)'\n');
        if (next < 0)
        {
            i = bytes.Length;
            return;
        }

        i += next;
        _within = bytes[i] switch { (byte)'"' => Within.Object, (byte)'\\' => Within.Escape, _ => Within.Junk };
        if (_within != Within.Junk)
        {
            i++;
        }
    }

    private void ThrowIfTooLong(long length)
    {
        if (length > maxMessageBytes)
        {
            throw new QmpProtocolException(
                $"A message of {peer} is longer than the limit of {maxMessageBytes} bytes; raise {nameof(QmpClientOptions)}.{nameof(QmpClientOptions.MaxMessageBytes)} if that is intended.");
        }
    }
}
