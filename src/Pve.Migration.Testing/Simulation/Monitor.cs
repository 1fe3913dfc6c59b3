using System.Buffers;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace Pve.Migration.Testing.Simulation;

/// <summary>One QMP socket and its client: lines in, replies and events out, in the order they happened.</summary>
internal sealed class Monitor
{
    private readonly Machine _machine;
    private readonly IDuplexPipe _pipe;
    private readonly Channel<byte[]> _outbox = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });

    public Monitor(Machine machine, IDuplexPipe pipe, string id)
    {
        (_machine, _pipe, Id) = (machine, pipe, id);
        Send(MonitorMessages.Greeting());
        Ended = Task.WhenAll(Task.Run(ReadLoopAsync), Task.Run(WriteLoopAsync));
    }

    /// <summary>The name <c>query-yank</c> knows it by.</summary>
    public string Id { get; }

    public Task Ended { get; }

    public bool IsNegotiated { get; set; }

    public bool IsOutOfBandOn { get; set; }

    public void Send(byte[] line) => _outbox.Writer.TryWrite(line);

    /// <summary>What was said is still delivered, as from a socket's buffer; then the connection is closed.</summary>
    public void Close()
    {
        _outbox.Writer.TryComplete();
        _pipe.Input.CancelPendingRead();
    }

    private async Task ReadLoopAsync()
    {
        try
        {
            long scanned = 0;
            while (true)
            {
                var read = await _pipe.Input.ReadAsync().ConfigureAwait(false);
                var buffer = read.Buffer;
                while (buffer.Slice(scanned).PositionOf((byte)'\n') is { } end)
                {
                    TakeLine(buffer.Slice(0, end));
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                    scanned = 0;
                }

                scanned = buffer.Length;
                _pipe.Input.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // the client is gone
        }
        finally
        {
            _machine.Leave(this);
            await _pipe.Input.CompleteAsync().ConfigureAwait(false);
        }
    }

    private void TakeLine(ReadOnlySequence<byte> line)
    {
        if (line.Length > 0 && !(line.Length == 1 && line.FirstSpan[0] == (byte)'\r'))
        {
            _machine.Take(this, MonitorRequest.Parse(line, IsOutOfBandOn));
        }
    }

    private async Task WriteLoopAsync()
    {
        try
        {
            await foreach (var line in _outbox.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                await _pipe.Output.WriteAsync(line).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // the client is gone; the read loop sees it too
        }

        await _pipe.Output.CompleteAsync().ConfigureAwait(false);
    }
}
