using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Pve.Qmp.Wire;

/// <summary>Whether bytes are UTF-8, which JSON on the wire must be (RFC 8259, section 8.1); the JSON reader skips strings unseen.</summary>
internal static class Utf8Text
{
    private const int LongestCharacter = 4;

    public static bool IsValid(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment)
        {
            return Utf8.IsValid(bytes.FirstSpan);
        }

        // a character that a segment cuts is put together again in front of the next one
        Span<byte> cut = stackalloc byte[LongestCharacter];
        var held = 0;
        foreach (var segment in bytes)
        {
            var rest = segment.Span;
            while (held > 0 && !rest.IsEmpty)
            {
                cut[held++] = rest[0];
                rest = rest[1..];
                switch (Rune.DecodeFromUtf8(cut[..held], out _, out _))
                {
                    case OperationStatus.Done:
                        held = 0;
                        break;
                    case OperationStatus.InvalidData:
                        return false;
                }
            }

            var whole = rest.Length - CutOff(rest);
            if (!Utf8.IsValid(rest[..whole]))
            {
                return false;
            }

            rest[whole..].CopyTo(cut[held..]);
            held += rest.Length - whole;
        }

        return held == 0;
    }

    // How many bytes at the end begin a character that goes on elsewhere.
    private static int CutOff(ReadOnlySpan<byte> bytes)
    {
        for (var length = 1; length < LongestCharacter && length <= bytes.Length; length++)
        {
            if (Rune.DecodeFromUtf8(bytes[^length..], out _, out _) == OperationStatus.NeedMoreData)
            {
                return length;
            }
        }

        return 0;
    }
}
