using System.Buffers;
using System.Text;
using Pve.Qmp.Framing;

namespace Pve.Qmp.Tests.Framing;

public sealed class LineScannerTests
{
    [Theory]
    [InlineData("ab\n", "ab")]
    [InlineData("ab\r\n", "ab")]
    [InlineData("ab\r\ncd\n", "ab|cd")]
    [InlineData("\n\r\n\nab\r\n\r\n", "ab")]
    [InlineData("a\rb\r\n", "a\rb")]
    [InlineData("ab", "")]
    [InlineData("", "")]
    public void Takes_lines_however_they_are_cut_into_segments(string text, string lines)
    {
        foreach (var cut in Samples.EveryCut(text + "\n").Append(Samples.Bytes(text + "\n")))
        {
            var scanner = new LineScanner(100);
            var buffer = text.EndsWith('\n') ? cut : cut.Slice(0, cut.Length - 1);
            var taken = new List<string>();
            while (scanner.TryTake(ref buffer, out var line))
            {
                taken.Add(Samples.Text(line));
            }

            Assert.Equal(lines, string.Join('|', taken));
        }
    }

    [Fact]
    public void Looks_at_no_byte_twice()
    {
        var memory = new byte[100];
        Array.Fill(memory, (byte)'x');
        var scanner = new LineScanner(100);
        for (var read = 0; read < 99; read += 9)
        {
            var buffer = new ReadOnlySequence<byte>(memory, 0, read);
            Assert.False(scanner.TryTake(ref buffer, out _));
            Array.Fill(memory, (byte)'\n', 0, read); // an end of line for whoever looks again
        }

        memory[^1] = (byte)'\n';
        var all = new ReadOnlySequence<byte>(memory);
        Assert.True(scanner.TryTake(ref all, out var line));
        Assert.Equal(99, line.Length);
        Assert.True(all.IsEmpty);
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
            var scanner = new LineScanner(10);
            bool Take()
            {
                var first = new ReadOnlySequence<byte>(bytes, 0, i);
                Assert.False(scanner.TryTake(ref first, out _));
                var all = new ReadOnlySequence<byte>(bytes);
                return scanner.TryTake(ref all, out _);
            }

            if (length <= 10)
            {
                Assert.True(Take());
            }
            else
            {
                var failure = Assert.Throws<QmpProtocolException>(() => Take());
                Assert.Contains("10 bytes", failure.Message, StringComparison.Ordinal);
                Assert.Contains(nameof(QmpClientOptions.MaxMessageBytes), failure.Message, StringComparison.Ordinal);
                Assert.False(failure.ConnectionUsable);
            }
        }
    }
}
