using System.Buffers;
using System.Text;
using Pve.Qmp.Framing;

namespace Pve.Qmp.Tests.Framing;

public sealed class LineCutterTests
{
    [Theory]
    [InlineData("ab\n", "ab")]
    [InlineData("ab\r\n", "ab")]
    [InlineData("ab\r\ncd\n", "ab|cd")]
    [InlineData("\n\r\n\nab\r\n\r\n", "ab")]
    [InlineData("a\rb\r\n", "a\rb")]
    [InlineData("ab", "")]
    [InlineData("\r", "")]
    [InlineData("", "")]
    public void Takes_lines_however_they_are_cut_into_segments(string text, string lines)
    {
        foreach (var cut in Samples.EveryCut(text + "\n").Append(Samples.Bytes(text + "\n")))
        {
            var cutter = new LineCutter(100);
            var input = text.EndsWith('\n') ? cut : cut.Slice(0, cut.Length - 1);
            var length = input.Length;
            Assert.Equal(lines, string.Join('|', Take(cutter, ref input)));
            Assert.True(input.IsEmpty);
            Assert.Equal(text.EndsWith('\n') ? 0 : length, cutter.Begun.Length);
        }
    }

    [Theory]
    [InlineData("ab\r\ncd\n", "ab|cd")]
    [InlineData("\n\r\n\nab\r\n\r\ncd\n", "ab|cd")]
    [InlineData("a\rb\r\n\r", "a\rb")]
    public void Takes_lines_however_they_are_cut_into_inputs(string text, string lines)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i <= bytes.Length; i++)
        {
            for (var j = i; j <= bytes.Length; j++)
            {
                var cutter = new LineCutter(100);
                var taken = new List<string>();
                foreach (var part in new[] { bytes[..i], bytes[i..j], bytes[j..] })
                {
                    var input = new ReadOnlySequence<byte>(part);
                    taken.AddRange(Take(cutter, ref input));
                    Array.Clear(part); // what was begun is kept elsewhere
                }

                Assert.Equal(lines, string.Join('|', taken));
            }
        }
    }

    [Fact]
    public void A_long_line_in_many_inputs_comes_whole()
    {
        var random = new Random(1);
        var line = new byte[5_000_000];
        random.NextBytes(line);
        line.AsSpan().Replace((byte)'\n', (byte)'x');
        line[^1] = (byte)'y';
        var cutter = new LineCutter(line.Length);
        for (var round = 0; round < 2; round++)
        {
            for (var at = 0; at < line.Length;)
            {
                var part = line.AsMemory(at, Math.Min(random.Next(1, 200_000), line.Length - at));
                var input = new ReadOnlySequence<byte>(part);
                Assert.False(cutter.TryTake(ref input, out _));
                at += part.Length;
            }

            var end = Samples.Bytes("\nnext\n");
            Assert.True(cutter.TryTake(ref end, out var taken));
            Assert.Equal(line, taken.ToArray());
            Assert.True(cutter.TryTake(ref end, out taken));
            Assert.Equal("next", Samples.Text(taken));
            Assert.False(cutter.TryTake(ref end, out _));
            Assert.Equal(0, cutter.Begun.Length);
        }
    }

    [Theory]
    [InlineData(10, "\n")]
    [InlineData(10, "\r\n")]
    [InlineData(11, "\n")]
    [InlineData(11, "\r\n")]
    public void The_limit_is_the_same_however_a_line_arrives(int length, string end)
    {
        var bytes = Encoding.UTF8.GetBytes(new string('x', length) + end);
        for (var i = 0; i < bytes.Length; i++)
        {
            var cutter = new LineCutter(10);
            bool TakeBoth()
            {
                var first = new ReadOnlySequence<byte>(bytes, 0, i);
                Assert.False(cutter.TryTake(ref first, out _));
                var rest = new ReadOnlySequence<byte>(bytes, i, bytes.Length - i);
                return cutter.TryTake(ref rest, out _);
            }

            if (length <= 10)
            {
                Assert.True(TakeBoth());
            }
            else
            {
                var failure = Assert.Throws<QmpProtocolException>(() => TakeBoth());
                Assert.Contains("10 bytes", failure.Message, StringComparison.Ordinal);
                Assert.Contains(nameof(QmpClientOptions.MaxMessageBytes), failure.Message, StringComparison.Ordinal);
                Assert.False(failure.ConnectionUsable);
            }
        }
    }

    private static List<string> Take(LineCutter cutter, ref ReadOnlySequence<byte> input)
    {
        var taken = new List<string>();
        while (cutter.TryTake(ref input, out var line))
        {
            taken.Add(Samples.Text(line));
        }

        return taken;
    }
}
