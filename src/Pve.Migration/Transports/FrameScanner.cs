using System.Buffers.Binary;

namespace Pve.Migration.Transports;

// The frames of the multiplexing protocol's version 2 (MessagePack), looked at before the library sees them: it would collect whatever a
// header announces, be it 4 GB. Pure; bytes may come cut anywhere, and none is kept.
//
//   handshake   [ [major, minor], 16 random bytes ]
//   frame       [ code ] | [ code, channel or nil ] | [ code, channel or nil, payload ]
internal sealed class FrameScanner(int maxPayload)
{
    private const int RandomLength = 16;

    private static readonly Element[] Handshake = [Element.Pair, Element.Pair, Element.Number, Element.Number, Element.Random];
    private static readonly Element[] Frame = [Element.Header, Element.Number, Element.NumberOrNil, Element.Payload];

    private readonly byte[] _length = new byte[sizeof(uint)];
    private Element[] _message = Handshake;
    private int _elements = Handshake.Length;
    private int _at;
    private int _lengthBytes;
    private uint _skip;

    private enum Element
    {
        Pair,
        Number,
        Random,
        Header,
        NumberOrNil,
        Payload,
    }

    public void Scan(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_skip > 0)
            {
                int skipped = (int)Math.Min(_skip, (uint)bytes.Length);
                _skip -= (uint)skipped;
                bytes = bytes[skipped..];
            }
            else if (_lengthBytes > 0)
            {
                _length[^_lengthBytes--] = bytes[0];
                bytes = bytes[1..];
            }
            else
            {
                Begin(bytes[0]);
                bytes = bytes[1..];
                continue;
            }

            if (_skip == 0 && _lengthBytes == 0)
            {
                End();
            }
        }
    }

    private void Begin(byte first)
    {
        switch (_message[_at])
        {
            case Element.Pair when first == 0x92:
                Next();
                break;
            case Element.Header when first is >= 0x91 and <= 0x93:
                _elements = 1 + (first & 0x0f);
                Next();
                break;
            case Element.Number or Element.NumberOrNil when first < 0x80:
            case Element.NumberOrNil when first == 0xc0:
                Next();
                break;
            case Element.Number or Element.NumberOrNil when first is >= 0xcc and <= 0xd3:
                _skip = 1u << (first & 3); // unsigned or signed, of 1, 2, 4 or 8 bytes
                break;
            case Element.Random or Element.Payload when first is >= 0xc4 and <= 0xc6:
                _lengthBytes = 1 << (first - 0xc4);
                Array.Clear(_length);
                break;
            default:
                throw new MultiplexingViolationException(
                    _message == Handshake ? "it does not begin with a multiplexing handshake" : $"a frame cannot have 0x{first:x2} there");
        }
    }

    // behind a number, a length, or the bytes it announced
    private void End()
    {
        if (_message[_at] is Element.Random or Element.Payload && BinaryPrimitives.ReadUInt32BigEndian(_length) is var length and > 0)
        {
            uint limit = _message == Handshake ? RandomLength : (uint)maxPayload;
            if (length > limit)
            {
                throw new MultiplexingViolationException($"a frame announces {length} bytes, and at most {limit} are taken");
            }

            Array.Clear(_length);
            _skip = length;
            return;
        }

        Next();
    }

    private void Next()
    {
        _at++;
        if (_at == _elements)
        {
            _message = Frame;
            _at = 0;
        }
    }
}
