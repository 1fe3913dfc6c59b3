using System.Buffers;
using System.IO.Pipelines;
using Nerdbank.Streams;

namespace Pve.Migration.Transports;

internal sealed class ChannelLink(MultiplexingStream.Channel channel) : IByteLink
{
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ReadResult read = await channel.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
        int length = (int)Math.Min(read.Buffer.Length, buffer.Length);
        ReadOnlySequence<byte> taken = read.Buffer.Slice(0, length);
        taken.CopyTo(buffer.Span);
        channel.Input.AdvanceTo(taken.End);
        return length;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        FlushResult flush = await channel.Output.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        if (flush.IsCompleted)
        {
            throw new IOException("the other end reads no more");
        }
    }

    public ValueTask CloseSendingAsync() => channel.Output.CompleteAsync();

    public Task DeliveredAsync(CancellationToken cancellationToken) => channel.Completion.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await channel.Output.CompleteAsync().ConfigureAwait(false);
        await channel.Input.CompleteAsync().ConfigureAwait(false);
    }
}
