namespace Pve.Migration.Transports;

// What carries bytes both ways, each way closed on its own. One reads and one writes at a time; disposing it cuts both.
internal interface IByteLink : IAsyncDisposable
{
    // 0: the other end sends no more
    ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    // We send no more, and go on reading. It may wait for a peer that does not read, until it is disposed.
    ValueTask CloseSendingAsync();

    // For links that would drop what is on its way when they are disposed: until both ways have ended, and it no longer is.
    Task DeliveredAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
