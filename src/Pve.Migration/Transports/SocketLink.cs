using System.Net.Security;
using System.Net.Sockets;

namespace Pve.Migration.Transports;

// A connected socket, perhaps under TLS.
internal sealed class SocketLink : IByteLink
{
    private readonly Socket _socket;
    private readonly Stream _stream;

    public SocketLink(Socket socket)
        : this(socket, new NetworkStream(socket, ownsSocket: false))
    {
    }

    public SocketLink(Socket socket, Stream stream) => (_socket, _stream) = (socket, stream);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => _stream.ReadAsync(buffer, cancellationToken);

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _stream.WriteAsync(bytes, cancellationToken);

    public async ValueTask CloseSendingAsync()
    {
        if (_stream is SslStream tls)
        {
            // close_notify: without it the peer could not tell the end from a cut
            await tls.ShutdownAsync().ConfigureAwait(false);
        }

        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    // its peer may stop reading for as long as it likes
    public void MayStandStill() => TcpSocket.MayStandStill(_socket);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _stream.DisposeAsync().ConfigureAwait(false);
    }
}
