using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Pve.Qmp.Session;

/// <summary>A connected socket as a pipe; it owns the socket, and where that is a unix socket, file descriptors travel with the bytes.</summary>
internal sealed class SocketPipe(Socket socket) : StreamPipe(new NetworkStream(Blocking(socket), ownsSocket: true))
{
    // SO_PEERCRED (unix(7)): struct ucred, of which the first is the process
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int CredentialsBytes = 12;

    public bool CarriesDescriptors => OperatingSystem.IsLinux() && socket.AddressFamily == AddressFamily.Unix;

    /// <summary>Which process listened at the other end of a unix socket, or connected from there; null where that is not known, or not seen from here.</summary>
    public int? ReadPeerProcess()
    {
        if (!OperatingSystem.IsLinux() || socket.AddressFamily != AddressFamily.Unix)
        {
            return null;
        }

        Span<byte> credentials = stackalloc byte[CredentialsBytes];
        return socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) == CredentialsBytes && MemoryMarshal.Read<int>(credentials) is > 0 and var id
            ? id
            : null;
    }

    /// <summary>Sends <paramref name="line"/> whole; QEMU receives a copy of <paramref name="descriptor"/> with its first byte.</summary>
    /// <exception cref="IOException">The socket is broken.</exception>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> line, SafeHandle descriptor, CancellationToken cancellationToken)
    {
        while (true)
        {
            var sent = DescriptorPassing.TrySend(socket.SafeHandle, line.Span, descriptor);
            if (sent > 0)
            {
                await Output.WriteAsync(line[sent..], cancellationToken).ConfigureAwait(false);
                return;
            }

            // the peer's buffer is full, and that is rare: waiting for it may cost a thread
            await Task.Run(() => DescriptorPassing.WaitWritable(socket.SafeHandle, TimeSpan.FromMilliseconds(100)), cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    // A stream takes no other, and one that another program opened may be: the runtime waits for it without a thread all the same.
    private static Socket Blocking(Socket socket)
    {
        socket.Blocking = true;
        return socket;
    }
}
