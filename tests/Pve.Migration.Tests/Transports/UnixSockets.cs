using System.Net;
using System.Net.Sockets;

namespace Pve.Migration.Tests.Transports;

internal static class UnixSockets
{
    public static Socket Listen(string path)
    {
        Socket socket = New();
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }

    public static async Task<Socket> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        Socket socket = New();
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        return socket;
    }

    /// <summary>The file that a killed process leaves: nobody listens at it any more.</summary>
    public static void LeaveDead(string path)
    {
        string elsewhere = path + ".moved";
        using (Listen(path))
        {
            // its owner removes a file that is no longer there
            File.Move(path, elsewhere);
        }

        File.Move(elsewhere, path);
    }

    /// <summary>Sends all, then that it was all, and receives all of the other's meanwhile.</summary>
    public static async Task<byte[]> ExchangeAsync(Socket socket, byte[] bytes, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(socket);
        using var received = new MemoryStream();
        Task receiving = stream.CopyToAsync(received, cancellationToken);
        await stream.WriteAsync(bytes, cancellationToken);
        socket.Shutdown(SocketShutdown.Send);
        await receiving;
        return received.ToArray();
    }

    /// <summary>A first byte, or 0 for an end of either kind.</summary>
    public static async Task<int> ReceiveAsync(Socket socket, CancellationToken cancellationToken)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1], cancellationToken);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            return 0;
        }
    }

    private static Socket New() => new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
}
