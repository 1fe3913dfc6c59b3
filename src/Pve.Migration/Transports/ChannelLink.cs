using Nerdbank.Streams;

namespace Pve.Migration.Transports;

internal sealed class ChannelLink(MultiplexingStream.Channel channel) : IByteLink
{
    private readonly PipeLink _pipe = new(channel);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _pipe.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _pipe.WriteAsync(bytes, cancellationToken);

    public ValueTask CloseSendingAsync() => _pipe.CloseSendingAsync();

    public Task DeliveredAsync(CancellationToken cancellationToken) => channel.Completion.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        channel.Dispose();
        await channel.Output.CompleteAsync().ConfigureAwait(false);
        await channel.Input.CompleteAsync().ConfigureAwait(false);
    }
}
