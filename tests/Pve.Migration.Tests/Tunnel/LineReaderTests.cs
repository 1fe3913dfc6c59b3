using System.IO.Pipelines;
using System.Text;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Tests.Tunnel;

public sealed class LineReaderTests
{
    // with inline schedulers the reader has looked at each write before the next one is made
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("tunnel online\nver 1\nOK\nERR: resume failed - VM 123 not running\n")]
    [InlineData("\n\na\n")]
    [InlineData("OK\r\nquit\n")]
    public async Task Lines_split_at_every_index_stay_the_same(string wire)
    {
        string[] expected = wire.Split('\n')[..^1];
        byte[] bytes = Encoding.UTF8.GetBytes(wire);
        for (int cut = 0; cut <= bytes.Length; cut++)
        {
            var pipe = new Pipe(Inline);
            Task<List<string>> reading = ReadAllAsync(new LineReader(pipe.Reader, 100));
            await pipe.Writer.WriteAsync(bytes.AsMemory(0, cut), Test);
            await pipe.Writer.WriteAsync(bytes.AsMemory(cut), Test);
            await pipe.Writer.CompleteAsync();
            Assert.Equal([.. expected, "(End)"], await reading);
        }
    }

    [Fact]
    public async Task Byte_by_byte()
    {
        var pipe = new Pipe(Inline);
        Task<List<string>> reading = ReadAllAsync(new LineReader(pipe.Reader, 100));
        foreach (byte b in "resume 123\nquit\n"u8.ToArray())
        {
            await pipe.Writer.WriteAsync(new[] { b }, Test);
        }

        await pipe.Writer.CompleteAsync();
        Assert.Equal(["resume 123", "quit", "(End)"], await reading);
    }

    [Fact]
    public async Task A_cut_off_tail_is_told_and_is_no_line()
    {
        var pipe = new Pipe(Inline);
        await pipe.Writer.WriteAsync("OK\nresume 12"u8.ToArray(), Test);
        await pipe.Writer.CompleteAsync();
        Assert.Equal(["OK", "(CutOff)resume 12"], await ReadAllAsync(new LineReader(pipe.Reader, 100)));
    }

    [Theory]
    [InlineData("12345\n", "12345", "(End)")]
    [InlineData("123456\n", "(TooLong)")]
    [InlineData("123456", "(TooLong)")]
    [InlineData("1\n123456", "1", "(TooLong)")]
    public async Task The_limit_counts_without_the_line_feed(string wire, params string[] expected)
    {
        var pipe = new Pipe(Inline);
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(wire), Test);
        await pipe.Writer.CompleteAsync();
        Assert.Equal(expected, await ReadAllAsync(new LineReader(pipe.Reader, 5)));
    }

    [Fact]
    public async Task A_line_tells_whether_bytes_already_lie_behind_it()
    {
        var pipe = new Pipe(Inline);
        await pipe.Writer.WriteAsync("OK\nO"u8.ToArray(), Test);
        await pipe.Writer.CompleteAsync();
        var lines = new LineReader(pipe.Reader, 5);
        Assert.True((await lines.ReadAsync(Test)).More);
    }

    [Fact]
    public async Task A_long_line_in_small_pieces_is_scanned_once()
    {
        // 1 MiB byte by byte: looking at everything again each time would be 5 * 10^11 looks
        var pipe = new Pipe(Inline);
        ValueTask<LineRead> reading = new LineReader(pipe.Reader, 1 << 20).ReadAsync(Test);
        for (int i = 0; i < 1 << 20; i++)
        {
            pipe.Writer.GetSpan(1)[0] = (byte)'x';
            pipe.Writer.Advance(1);
            if (i % 16 == 0)
            {
                await pipe.Writer.FlushAsync(Test);
            }
        }

        await pipe.Writer.WriteAsync("\n"u8.ToArray(), Test);
        LineRead read = await reading;
        Assert.Equal((LineReadKind.Line, 1 << 20), (read.Kind, read.Line.Length));
    }

    private static async Task<List<string>> ReadAllAsync(LineReader lines)
    {
        List<string> read = [];
        while (true)
        {
            LineRead line = await lines.ReadAsync(Test);
            read.Add((line.Kind == LineReadKind.Line ? "" : $"({line.Kind})") + Encoding.UTF8.GetString(line.Line.Span));
            if (line.Kind != LineReadKind.Line)
            {
                return read;
            }
        }
    }
}
