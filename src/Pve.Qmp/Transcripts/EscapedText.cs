using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pve.Qmp.Transcripts;

/// <summary>
/// Any bytes as one line of text, and the same bytes back:
/// <code>
/// {"a": "\n\\x41"}      as it is: the backslashes of JSON are read in pairs, and no pair is \x
/// 07 FF                 \x07\xFF
/// a lone \ before x     \x5C
/// </code>
/// </summary>
internal static class EscapedText
{
    private const int LongestEscape = 16; // a character of four bytes

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly SearchValues<byte> Plain
        = SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c).Where(c => c != '\\')]);

    /// <summary>Writes as much as fits: until everything is consumed, call again with an empty buffer of at least 16 characters.</summary>
    public static void Encode(ReadOnlySpan<byte> bytes, Span<char> text, out int consumed, out int written)
    {
        (consumed, written) = (0, 0);
        while (consumed < bytes.Length)
        {
            var rest = bytes[consumed..];
            var fitting = rest[..Math.Min(rest.Length, text.Length - written)]; // no further, or each piece of a long line would see all of it
            var plain = fitting.IndexOfAnyExcept(Plain);
            plain = plain < 0 ? fitting.Length : plain;
            if (plain > 0)
            {
                Encoding.Latin1.GetChars(rest[..plain], text[written..]);
                (consumed, written) = (consumed + plain, written + plain);
            }
            else if (text.Length - written < LongestEscape)
            {
                return;
            }
            else
            {
                var (taken, put) = rest[0] == '\\' ? EncodeBackslash(rest, text[written..]) : EncodeCharacter(rest, text[written..]);
                (consumed, written) = (consumed + taken, written + put);
            }
        }
    }

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        Span<char> buffer = stackalloc char[256];
        while (!bytes.IsEmpty)
        {
            Encode(bytes, buffer, out var consumed, out var written);
            text.Append(buffer[..written]);
            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    /// <exception cref="FormatException">The text has a <see cref="Fault"/>.</exception>
    public static byte[] Decode(string text)
    {
        var bytes = new ArrayBufferWriter<byte>(Math.Max(text.Length, 1));
        var rest = text.AsSpan();
        while (rest.IndexOf('\\') is var at and >= 0)
        {
            var length = Pair(rest[at..]);
            Strict.GetBytes(rest[..(length == 4 ? at : at + length)], bytes);
            if (length == 4)
            {
                bytes.Write([byte.Parse(rest.Slice(at + 2, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)]);
            }

            rest = rest[(at + length)..];
        }

        Strict.GetBytes(rest, bytes);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Why the text is none that <see cref="Encode(ReadOnlySpan{byte})"/> writes, or null.</summary>
    public static string? Fault(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                var length = Pair(text.AsSpan(i));
                if (length == 4 && (text.Length < i + 4 || !char.IsAsciiHexDigit(text[i + 2]) || !char.IsAsciiHexDigit(text[i + 3])))
                {
                    return $"'\\x' at character {i + 1} of the text is not followed by two hexadecimal digits; "
                        + "a backslash before an x is written \\x5C.";
                }

                i += length - 1;
            }
            else if (!Rune.TryGetRuneAt(text, i, out var rune))
            {
                return $"Character {i + 1} of the text is half a character.";
            }
            else if (!IsText(rune))
            {
                return $"Character {i + 1} of the text is U+{rune.Value:X4}; write its UTF-8 bytes as \\xHH.";
            }
            else
            {
                i += rune.Utf16SequenceLength - 1;
            }
        }

        return null;
    }

    // What belongs together at a backslash: \xHH, two backslashes, or it alone.
    private static int Pair(ReadOnlySpan<char> text) => text.Length < 2 ? 1 : text[1] switch { 'x' => 4, '\\' => 2, _ => 1 };

    private static (int Taken, int Put) EncodeBackslash(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        if (bytes.Length > 1 && bytes[1] is >= (byte)' ' and <= (byte)'~' and not (byte)'x')
        {
            (text[0], text[1]) = ('\\', (char)bytes[1]);
            return (2, 2);
        }

        return (1, Escape(bytes[..1], text));
    }

    private static (int Taken, int Put) EncodeCharacter(ReadOnlySpan<byte> bytes, Span<char> text)
        => Rune.DecodeFromUtf8(bytes, out var rune, out var length) == OperationStatus.Done && IsText(rune)
            ? (length, rune.EncodeToUtf16(text))
            : (length, Escape(bytes[..length], text));

    private static int Escape(ReadOnlySpan<byte> bytes, Span<char> text)
    {
        var put = 0;
        foreach (var single in bytes)
        {
            "\\x".CopyTo(text[put..]);
            single.TryFormat(text[(put + 2)..], out _, "X2", CultureInfo.InvariantCulture);
            put += 4;
        }

        return put;
    }

    // Format characters are not seen, and some change how the rest of the line looks.
    private static bool IsText(Rune rune) => Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
