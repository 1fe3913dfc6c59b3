using System.IO.Pipelines;
using System.Text;
using Pve.Qmp.Framing;

namespace Pve.Qmp.Tests.Framing;

public sealed class QmpMessageReaderTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Every_sample_split_at_every_index_is_read_whole(string end)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Samples.All.Select(line => line + end)));
        for (var i = 0; i <= bytes.Length; i++)
        {
            Assert.Equal(Samples.All, await ReadAsync(bytes[..i], bytes[i..]));
        }

        Assert.Equal(Samples.All, await ReadAsync([.. bytes.Select(single => new[] { single })]));
    }

    [Fact]
    public async Task A_message_of_a_megabyte_is_read_whole()
    {
        var line = "{\"a\": \"" + new string('x', 1 << 20) + "\"}";
        var parts = Encoding.UTF8.GetBytes(line + "\r\n").Chunk(4096).ToArray();
        Assert.Equal([line], await ReadAsync(parts));
    }

    [Fact]
    public async Task A_clean_end_is_no_error() => Assert.Empty(await ReadAsync([]));

    [Fact]
    public async Task A_cut_off_tail_is_an_error_that_says_its_length()
    {
        var failure = await Assert.ThrowsAsync<QmpProtocolException>(() => ReadAsync("{}\r\n{\"re"u8.ToArray()));
        Assert.Contains("after 4 bytes", failure.Message, StringComparison.Ordinal);
    }

    // Every part is read before the next one is written.
    private static async Task<List<string>> ReadAsync(params byte[][] parts)
    {
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16, useSynchronizationContext: false));
        var reader = new QmpMessageReader(pipe.Reader, 2 << 20, "the peer");
        var lines = new List<string>();
        foreach (var part in parts.Where(part => part.Length > 0))
        {
            await pipe.Writer.WriteAsync(part, Ct);
            Assert.True(await reader.ReadAsync(Ct));
            Take();
        }

        await pipe.Writer.CompleteAsync();
        while (await reader.ReadAsync(Ct))
        {
            Take();
        }

        return lines;

        void Take()
        {
            while (reader.TryTake(out var line))
            {
                lines.Add(Samples.Text(line));
            }
        }
    }
}
