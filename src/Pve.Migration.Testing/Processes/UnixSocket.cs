using System.Net.Sockets;

namespace Pve.Migration.Testing.Processes;

/// <summary>Unix stream sockets at a path.</summary>
internal static class UnixSocket
{
    public static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            socket.Listen(1);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
