using System.Buffers;
using System.IO.Pipelines;

namespace Pve.Migration.Transports;

// A pipe that somebody else owns and cuts.
internal sealed class PipeLink(IDuplexPipe pipe) : IByteLink
{
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ReadResult read = await pipe.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
        int length = (int)Math.Min(read.Buffer.Length, buffer.Length);
        ReadOnlySequence<byte> taken = read.Buffer.Slice(0, length);
        taken.CopyTo(buffer.Span);
        pipe.Input.AdvanceTo(taken.End);
        return length;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        FlushResult flush = await pipe.Output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        if (flush.IsCompleted)
        {
            throw new IOException("the other end reads no more");
        }
    }

    public ValueTask CloseSendingAsync() => pipe.Output.CompleteAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
