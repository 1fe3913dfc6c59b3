using System.Net.Sockets;

namespace Pve.Migration.Transports;

internal static class TcpSocket
{
    // the same 15 to 20 s after which ssh, by our defaults, holds a silent peer dead
    private const int KeepAliveSeconds = 5;
    private const int KeepAliveCount = 3;
    private const int UserTimeoutMilliseconds = 20_000;

    // netinet/tcp.h of Linux
    private const int LevelTcp = 6;
    private const int TcpUserTimeout = 18;

    // Commands are short and wait for nobody. A peer that vanished is noticed both when idle and, on Linux, when bytes are on their way.
    public static void Tune(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveCount);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(LevelTcp, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
        }
    }

    // Linux counts a reader that takes nothing as one that vanished, however well its host answers (measured). RAM and disks may have to wait
    // longer for theirs: such a connection lives as long as its tunnel.
    public static void MayStandStill(Socket socket)
    {
        if (OperatingSystem.IsLinux() && socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.SetRawSocketOption(LevelTcp, TcpUserTimeout, BitConverter.GetBytes(0));
        }
    }
}
