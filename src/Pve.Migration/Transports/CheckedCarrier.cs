using System.IO.Pipelines;
using Nerdbank.Streams;

namespace Pve.Migration.Transports;

// What the multiplexing library reads from and writes to: the carrier, whose frames are looked at on their way in. Whoever finds the peer at
// fault ends all channels by failing the next read, so that there is one reason and everybody is told it.
internal sealed class CheckedCarrier(IDuplexPipe carrier, int maxFrame) : Stream
{
    private readonly Stream _stream = carrier.AsStream(ownsPipe: false);
    private readonly FrameScanner _frames = new(maxFrame);
    private volatile string? _violation;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    // what the peer is at fault for: known here before any channel shows it
    public string? Violation => _violation;

    // The first one stays.
    public void Fail(string violation)
    {
        Interlocked.CompareExchange(ref _violation, violation, null);
        carrier.Input.CancelPendingRead();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfFailed();
        int read;
        try
        {
            read = await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfFailed();
            throw;
        }

        ThrowIfFailed();
        try
        {
            _frames.Scan(buffer.Span[..read]);
        }
        catch (MultiplexingViolationException e)
        {
            _violation = e.Message;
            throw;
        }

        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        _stream.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        _stream.WriteAsync(buffer, offset, count, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => _stream.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => _stream.Write(buffer, offset, count);

    public override void Flush() => _stream.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }

    private void ThrowIfFailed()
    {
        if (_violation is { } violation)
        {
            throw new MultiplexingViolationException(violation);
        }
    }
}
