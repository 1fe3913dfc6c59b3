using System.Buffers;
using System.Text;
using Pve.Qmp.Framing;

namespace Pve.Qmp.Tests.Framing;

public sealed class MessageCutterTests
{
    private const string Pretty = "{\r\n    \"return\": {\r\n        \"text\": \"}\\\"{\"\r\n    }\r\n}";

    public static TheoryData<string, string> Cuts => new()
    {
        { "{}\n", "{}" },
        { "{}\r\n{\"a\": 1}\n", "{}|{\"a\": 1}" },
        { "{\"a\": [{}, {}]}{} {}", "{\"a\": [{}, {}]}|{}|{}" },
        { "\n\r\n \t{}\r\n\r\n", "{}" },
        { "{\"}\\\"}\": \"{[\\\\\"}\n{}", "{\"}\\\"}\": \"{[\\\\\"}|{}" },
        { Pretty + "\r\n" + Pretty, Pretty + "|" + Pretty },
        { "{]{}", "{]|{}" }, // whoever reads the message sees that it is none
        { "junk\n{}", "junk|{}" },
        { "junk {}\r\n[]\nnull\n\n{}", "junk {}\r|[]|null|{}" },
        { "}\n{}", "}|{}" },
        { "{\"a\n{}", "{\"a|{}" },
        { "{\"a\\\n\"}{}", "{\"a\\\n\"}|{}" },
        { " \r\n", "" },
    };

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Takes_messages_however_they_are_cut_into_segments(string text, string messages)
    {
        foreach (var cut in Samples.EveryCut(text).Append(Samples.Bytes(text)))
        {
            var cutter = new MessageCutter(100, "the peer");
            var input = cut;
            Assert.Equal(messages, string.Join('|', Take(cutter, ref input)));
            Assert.True(input.IsEmpty);
            Assert.Equal(0, cutter.Begun.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void Takes_messages_however_they_are_cut_into_inputs(string text, string messages)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i <= bytes.Length; i++)
        {
            for (var j = i; j <= bytes.Length; j++)
            {
                var cutter = new MessageCutter(100, "the peer");
                var taken = new List<string>();
                foreach (var part in new[] { bytes[..i], bytes[i..j], bytes[j..] })
                {
                    var input = new ReadOnlySequence<byte>(part);
                    taken.AddRange(Take(cutter, ref input));
                    Array.Clear(part); // what was begun is kept elsewhere
                }

                Assert.Equal(messages, string.Join('|', taken));
            }
        }
    }

    [Theory]
    [InlineData("{}{\"a\": ", "{\"a\": ")]
    [InlineData("{} \r\n{", "{")]
    [InlineData("{}\njunk", "junk")]
    [InlineData("{}\r", "")]
    public void What_has_begun_is_known(string text, string begun)
    {
        foreach (var cut in Samples.EveryCut(text))
        {
            var cutter = new MessageCutter(100, "the peer");
            var input = cut;
            Assert.Equal(["{}"], Take(cutter, ref input));
            Assert.Equal(begun, Samples.Text(cutter.Begun));
        }
    }

    [Fact]
    public void A_long_message_in_many_inputs_comes_whole()
    {
        var random = new Random(1);
        byte[] message = [.. "{\"a\": \""u8, .. Enumerable.Repeat((byte)'x', 5_000_000), .. "\"}"u8];
        var cutter = new MessageCutter(message.Length, "the peer");
        for (var round = 0; round < 2; round++)
        {
            for (var at = 0; at < message.Length - 1;)
            {
                var part = message.AsMemory(at, Math.Min(random.Next(1, 200_000), message.Length - 1 - at));
                var input = new ReadOnlySequence<byte>(part);
                Assert.False(cutter.TryTake(ref input, out _));
                at += part.Length;
            }

            var end = Samples.Bytes("}\n{}\n");
            Assert.True(cutter.TryTake(ref end, out var taken));
            Assert.Equal(message, taken.ToArray());
            Assert.True(cutter.TryTake(ref end, out taken));
            Assert.Equal("{}", Samples.Text(taken));
            Assert.False(cutter.TryTake(ref end, out _));
            Assert.Equal(0, cutter.Begun.Length);
        }
    }

    [Theory]
    [InlineData("{\"a\":1234}", true)]
    [InlineData("{\"a\":12345}", false)]
    [InlineData("0123456789", true)]
    [InlineData("0123456789a", false)]
    public void The_limit_is_the_same_however_a_message_arrives(string message, bool fits)
    {
        var bytes = Encoding.UTF8.GetBytes(" \n" + message + "\n");
        for (var i = 0; i < bytes.Length - 1; i++)
        {
            var cutter = new MessageCutter(10, "the peer");
            bool TakeAny()
            {
                var first = new ReadOnlySequence<byte>(bytes, 0, i);
                var rest = new ReadOnlySequence<byte>(bytes, i, bytes.Length - i);
                return cutter.TryTake(ref first, out _) || cutter.TryTake(ref rest, out _);
            }

            if (fits)
            {
                Assert.True(TakeAny());
            }
            else
            {
                var failure = Assert.Throws<QmpProtocolException>(() => TakeAny());
                Assert.Contains("10 bytes", failure.Message, StringComparison.Ordinal);
                Assert.Contains(nameof(QmpClientOptions.MaxMessageBytes), failure.Message, StringComparison.Ordinal);
                Assert.False(failure.ConnectionUsable);
            }
        }
    }

    private static List<string> Take(MessageCutter cutter, ref ReadOnlySequence<byte> input)
    {
        var taken = new List<string>();
        while (cutter.TryTake(ref input, out var message))
        {
            taken.Add(Samples.Text(message));
        }

        return taken;
    }
}
