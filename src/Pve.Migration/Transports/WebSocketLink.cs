using System.Net.WebSockets;
using Pve.Migration.Tunnel;

namespace Pve.Migration.Transports;

// A WebSocket as bytes: borders of messages mean nothing, but each must be a single frame that Proxmox VE takes.
internal sealed class WebSocketLink(WebSocket socket, params string?[] secrets) : IByteLink
{
    private const int MaxFrame = 64 * 1024;
    private const int MaxQuoted = 200;

    public string WhyClosed => string.IsNullOrEmpty(socket.CloseStatusDescription)
        ? $"the peer closed the connection ({(int?)socket.CloseStatus})"
        : $"the peer closed the connection ({(int?)socket.CloseStatus}: {WireText.ToSingleLine(SecretMask.Apply(socket.CloseStatusDescription, secrets), MaxQuoted)})";

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            ValueWebSocketReceiveResult received;
            try
            {
                received = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (WebSocketException e)
            {
                throw new IOException(e.Message, e);
            }

            // a message without bytes is no end
            if (received.MessageType == WebSocketMessageType.Close || received.Count > 0)
            {
                return received.Count;
            }
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            while (bytes.Length > 0)
            {
                int length = Math.Min(bytes.Length, MaxFrame);
                await socket.SendAsync(bytes[..length], WebSocketMessageType.Binary, endOfMessage: true, cancellationToken).ConfigureAwait(false);
                bytes = bytes[length..];
            }
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException)
        {
            throw new IOException(e.Message, e);
        }
    }

    public async ValueTask CloseSendingAsync()
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException)
        {
            throw new IOException(e.Message, e);
        }
    }

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
