using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;

namespace Pve.Benchmarks.Qmp;

/// <summary>A QMP server in memory that costs as little as it can: it greets, answers each command with <c>{}</c>, and says what it is told to.</summary>
internal sealed class MemoryPeer : IAsyncDisposable
{
    private static readonly byte[] Greeting
        = """{"QMP": {"version": {"qemu": {"micro": 0, "minor": 0, "major": 10}, "package": ""}, "capabilities": ["oob"]}}"""u8.ToArray();

    private readonly Pipe _toServer;
    private readonly Pipe _toClient;
    private readonly Task _serving;

    public MemoryPeer(int pauseBytes = 1 << 20)
    {
        var options = new PipeOptions(pauseWriterThreshold: pauseBytes, resumeWriterThreshold: pauseBytes / 2, minimumSegmentSize: 64 * 1024, useSynchronizationContext: false);
        (_toServer, _toClient) = (new Pipe(options), new Pipe(options));
        Client = new Duplex(_toClient.Reader, _toServer.Writer);
        _serving = Task.Run(ServeAsync);
    }

    public IDuplexPipe Client { get; }

    public async Task SayAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => await _toClient.Writer.WriteAsync(bytes, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _toServer.Writer.CompleteAsync();
        await _serving;
    }

    private async Task ServeAsync()
    {
        _toClient.Writer.Write(Greeting);
        _toClient.Writer.Write("\r\n"u8);
        await _toClient.Writer.FlushAsync();
        while (true)
        {
            var read = await _toServer.Reader.ReadAsync();
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                Answer(rest.Slice(0, end));
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            _toServer.Reader.AdvanceTo(rest.Start, rest.End);
            await _toClient.Writer.FlushAsync();
            if (read.IsCompleted)
            {
                await _toClient.Writer.CompleteAsync();
                return;
            }
        }
    }

    // the id is the last member: …"id":N}
    private void Answer(in ReadOnlySequence<byte> line)
    {
        Span<byte> copy = stackalloc byte[256];
        line.CopyTo(copy);
        var command = copy[..(int)line.Length];
        _ = Utf8Parser.TryParse(command[(command.LastIndexOf((byte)':') + 1)..], out long id, out _);
        var output = _toClient.Writer.GetSpan(64);
        """{"return": {}, "id": """u8.CopyTo(output);
        _ = Utf8Formatter.TryFormat(id, output[21..], out var digits);
        "}\r\n"u8.CopyTo(output[(21 + digits)..]);
        _toClient.Writer.Advance(24 + digits);
    }
}
