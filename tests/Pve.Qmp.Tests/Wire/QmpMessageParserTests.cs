using System.Buffers;
using System.Text;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Tests.Wire;

public sealed class QmpMessageParserTests
{
    [Theory]
    [MemberData(nameof(Samples.Each), MemberType = typeof(Samples))]
    public void Reads_a_sample_the_same_however_it_is_cut(string sample)
    {
        var whole = Describe(Samples.Bytes(sample));
        foreach (var cut in Samples.EveryCut(sample))
        {
            Assert.Equal(whole, Describe(cut));
        }
    }

    [Theory]
    [InlineData("""{"return": 5, "id": 3}""", "Return 3 5")]
    [InlineData("""{"id": 3, "return": [{"id": 4, "event": "x"}]}""", "Return 3 [{\"id\": 4, \"event\": \"x\"}]")]
    [InlineData("""{"news": {"return": [1]}, "return": "text", "more": [[]], "id": -7}""", "Return -7 \"text\"")]
    [InlineData("""{"return": {}, "data": 1, "id": 1}""", "Return 1 {}")]
    [InlineData("""{"re\u0074urn": null, "id": 1}""", "Return 1 null")]
    [InlineData("""{"return": {}, "id": "theirs"}""", "Return -1 {}")]
    [InlineData("""{"return": {}, "id": {"a": [1]}}""", "Return -1 {}")]
    [InlineData("""{"return": {}, "id": 1.5}""", "Return -1 {}")]
    [InlineData("""{"error": {"desc": "d", "class": "c"}}""", "Error  {\"desc\": \"d\", \"class\": \"c\"}")]
    public void Reads_replies_with_members_in_any_order(string line, string expected) => Assert.Equal(expected, DescribeReply(line));

    [Theory]
    [InlineData("""{"event": "STOP", "timestamp": {"microseconds": 5, "seconds": 1, "more": {}}}""", "Event STOP 1970-01-01T00:00:01.0000050+00:00 ")]
    [InlineData("""{"data": {"a": 1}, "timestamp": {"seconds": 0, "microseconds": 0}, "event": "X"}""", "Event X 1970-01-01T00:00:00.0000000+00:00 {\"a\": 1}")]
    [InlineData("""{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "X"}""", "Event X 0001-01-01T00:00:00.0000000+00:00 ")]
    [InlineData("""{"event": "\u0053T\u004fP"}""", "Event STOP 0001-01-01T00:00:00.0000000+00:00 ")]
    [InlineData("""{"event": "Ä€😀"}""", "Event Ä€😀 0001-01-01T00:00:00.0000000+00:00 ")]
    [InlineData("""{"event": "X"}""", "Event X 0001-01-01T00:00:00.0000000+00:00 ")]
    public void Reads_events(string line, string expected)
    {
        var message = QmpMessageParser.Parse(Samples.Bytes(line), "the peer");
        Assert.Equal(expected, $"{message.Kind} {Samples.Text(message.EventName)} {message.Timestamp:o} {Samples.Text(message.Payload)}");
    }

    [Theory]
    [InlineData("")]
    [InlineData("junk")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{")]
    [InlineData("""{"return": {}""")]
    [InlineData("""{"return": {}} {"return": {}}""")]
    [InlineData("""{"return": {}}x""")]
    [InlineData("""{"event": 5}""")]
    [InlineData("""{"event": "X", "timestamp": 5}""")]
    [InlineData("""{"event": "X", "timestamp": {"seconds": "1"}}""")]
    [InlineData("""{"event": "X", "timestamp": {"seconds": 9223372036854775807}}""")]
    [InlineData("""{"event": "X", "error": {}}""")]
    [InlineData("""{"return": {}, "error": {}}""")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1")]
    public void Anything_else_is_a_protocol_error_which_tells_what_cannot_be_secret(string line)
    {
        var failure = Assert.Throws<QmpProtocolException>(() => QmpMessageParser.Parse(Samples.Bytes(line), "the peer").Kind);
        Assert.Contains(line.StartsWith('{') ? $"the peer, of {line.Length} bytes" : $"the peer sent is no QMP message: '{line}'", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_off_at_any_index_a_sample_is_a_protocol_error()
    {
        foreach (var sample in Samples.All)
        {
            for (var i = 0; i < sample.Length; i++)
            {
                Assert.Throws<QmpProtocolException>(() => QmpMessageParser.Parse(Samples.Bytes(sample[..i]), "the peer").Kind);
            }
        }
    }

    [Fact]
    public void An_excerpt_is_short_and_printable()
    {
        var failure = Assert.Throws<QmpProtocolException>(() => QmpMessageParser.Parse(Samples.Bytes("\u0007\u001b[31m" + new string('x', 200)), "the peer").Kind);
        Assert.Contains("'..[31m", failure.Message, StringComparison.Ordinal);
        Assert.Contains("126 bytes more", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_utf8_is_a_protocol_error()
    {
        byte[] line = [.. "{\"event\": \"A"u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.Throws<QmpProtocolException>(() => QmpMessageParser.Parse(new ReadOnlySequence<byte>(line), "the peer").Kind);
        Assert.Throws<QmpProtocolException>(() => QmpMessageParser.Parse(new ReadOnlySequence<byte>(new byte[] { 0xFF, 0xFE, 0x7B }), "the peer").Kind);
    }

    [Fact]
    public void Characters_of_several_bytes_are_read_however_they_are_cut_and_half_ones_are_not()
    {
        const string Line = """{"return": "aÄ€😀z", "id": 1}""";
        foreach (var cut in Samples.EveryCut(Line))
        {
            Assert.Equal("\"aÄ€😀z\"", Samples.Text(QmpMessageParser.Parse(cut, "the peer").Payload));
        }

        var bytes = Encoding.UTF8.GetBytes(Line);
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] < 0x80)
            {
                continue;
            }

            foreach (var spoilt in new byte[] { (byte)'x', 0xFF, 0xC0 })
            {
                byte[] line = [.. bytes[..i], spoilt, .. bytes[(i + 1)..]];
                foreach (var cut in Samples.EveryCut(line))
                {
                    Assert.Throws<QmpProtocolException>(() => QmpMessageParser.Parse(cut, "the peer").Kind);
                }
            }
        }
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(10_000, false)]
    [InlineData(1100, false)]
    public void Nesting_is_read_as_deep_as_QEMU_nests(int depth, bool readable)
    {
        var line = Samples.Bytes($$"""{"return": {{new string('[', depth)}}{{new string(']', depth)}}, "id": 1}""");
        if (readable)
        {
            Assert.Equal(2 * depth, QmpMessageParser.Parse(line, "the peer").Payload.Length);
        }
        else
        {
            Assert.Throws<QmpProtocolException>(() => QmpMessageParser.Parse(line, "the peer").Kind);
        }
    }

    private static string DescribeReply(string line)
    {
        var message = QmpMessageParser.Parse(Samples.Bytes(line), "the peer");
        return $"{message.Kind} {message.Id} {Samples.Text(message.Payload)}";
    }

    private static string Describe(ReadOnlySequence<byte> line)
    {
        var message = QmpMessageParser.Parse(line, "the peer");
        return new StringBuilder().Append(message.Kind).Append('|').Append(message.Id).Append('|').Append(Samples.Text(message.EventName)).Append('|')
            .AppendFormat(null, "{0:o}", message.Timestamp).Append('|').Append(Samples.Text(message.Payload)).ToString();
    }
}
