using System.Text;
using CsCheck;
using Pve.Qmp.Transcripts;

namespace Pve.Qmp.Tests.Transcripts;

public sealed class EscapedTextTests
{
    // bytes that matter come often
    private static readonly Gen<byte[]> AnyBytes = Gen.OneOf(
        Gen.Byte, Gen.OneOf((byte)'\\', (byte)'x', (byte)'4', (byte)'"', (byte)'\n', (byte)0xE2, (byte)0x80, (byte)0xA8)).Array[0, 40];

    [Theory]
    [InlineData("""{"a": "\n\\x41 \"é€😀\""}""", """{"a": "\n\\x41 \"é€😀\""}""")]
    [InlineData("a\0\t\r\u007F", @"a\x00\x09\x0D\x7F")]
    [InlineData(@"\x41", @"\x5Cx41")]
    [InlineData(@"\\x41", @"\\x41")]
    [InlineData("\\", @"\x5C")]
    [InlineData("\\\u0001", @"\x5C\x01")]
    [InlineData("\\é", @"\x5Cé")]
    [InlineData("\u0085\u2028\u202E\uFEFF", @"\xC2\x85\xE2\x80\xA8\xE2\x80\xAE\xEF\xBB\xBF")]
    public void Text_stays_as_it_is_and_the_rest_is_escaped(string bytes, string text)
    {
        Assert.Equal(text, EscapedText.Encode(Encoding.UTF8.GetBytes(bytes)));
        Assert.Equal(bytes, Encoding.UTF8.GetString(EscapedText.Decode(text)));
    }

    [Fact]
    public void Invalid_UTF8_comes_back_byte_by_byte()
    {
        byte[] bytes = [(byte)'a', 0xFF, 0xC3, (byte)'b', 0xE2, 0x82, 0xF0, 0x9F, 0x98];
        Assert.Equal(@"a\xFF\xC3b\xE2\x82\xF0\x9F\x98", EscapedText.Encode(bytes));
        Assert.Equal(bytes, EscapedText.Decode(EscapedText.Encode(bytes)));
    }

    [Fact]
    public void Any_bytes_come_back_from_one_line_of_text()
        => AnyBytes.Sample(bytes =>
        {
            var text = EscapedText.Encode(bytes);
            return EscapedText.Fault(text) is null && !text.Any(char.IsControl) && EscapedText.Decode(text).SequenceEqual(bytes);
        }, iter: 20_000);

    [Fact]
    public void It_makes_no_difference_how_large_the_buffer_is()
        => Gen.Select(AnyBytes, Gen.Int[16, 40]).Sample((bytes, size) =>
        {
            var text = new StringBuilder();
            var buffer = new char[size];
            var rest = bytes.AsSpan();
            while (!rest.IsEmpty)
            {
                EscapedText.Encode(rest, buffer, out var consumed, out var written);
                Assert.True(consumed > 0);
                text.Append(buffer, 0, written);
                rest = rest[consumed..];
            }

            return EscapedText.Decode(text.ToString()).SequenceEqual(bytes);
        }, iter: 20_000);

    // When each piece looked to the line's end, a line took 16 times as long as the same bytes in 16 lines. Both are timed in turn, as they are
    // the same work on any machine.
    [Fact]
    public void A_long_line_takes_time_by_its_length()
    {
        const int Length = 1 << 24;
        var (bytes, buffer) = (new byte[Length], new char[4096]);
        bytes.AsSpan().Fill((byte)'x');
        var (many, one) = (TimeSpan.MaxValue, TimeSpan.MaxValue);
        for (var i = 0; i < 5; i++)
        {
            many = Min(many, Time(16));
            one = Min(one, Time(1));
        }

        Assert.True(one < 6 * many, $"16 lines took {many.TotalMilliseconds} ms, the same bytes in one took {one.TotalMilliseconds} ms");

        TimeSpan Time(int lines)
        {
            var start = TimeProvider.System.GetTimestamp();
            for (var line = 0; line < lines; line++)
            {
                for (var rest = bytes.AsSpan(line * (Length / lines), Length / lines); !rest.IsEmpty;)
                {
                    EscapedText.Encode(rest, buffer, out var consumed, out var _);
                    rest = rest[consumed..];
                }
            }

            return TimeProvider.System.GetElapsedTime(start);
        }

        static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
    }

    [Theory]
    [InlineData("a\tb", "Character 2")]
    [InlineData(@"a\xG0", "'\\x' at character 2")]
    [InlineData(@"\\\x4", "'\\x' at character 3")]
    [InlineData("a\u2028", "U+2028")]
    public void What_cannot_be_read_is_a_fault(string text, string fault)
        => Assert.Contains(fault, EscapedText.Fault(text), StringComparison.Ordinal);

    [Fact]
    public void Half_a_character_is_a_fault() => Assert.Contains("half a character", EscapedText.Fault("a\uD800"), StringComparison.Ordinal);
}
