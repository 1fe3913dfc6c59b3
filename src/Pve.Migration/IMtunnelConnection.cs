using System.IO.Pipelines;

namespace Pve.Migration;

/// <summary>A live connection to the other end of a migration tunnel. Disposing it ends the carrier; it never takes longer than its stated graces.</summary>
public interface IMtunnelConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>
    /// Completes, and never faults, when the carrier is gone; the result says why, in one line for a human.
    /// Where the carrier's end is the cause, it is complete before <see cref="IDuplexPipe.Input"/> ends.
    /// </summary>
    Task<string> Ended { get; }

    /// <summary>
    /// Forwards a socket beside the tunnel, for as long as the connection lives: when this returns, the local path listens (mode 0600).
    /// A dead socket that was left there is removed; a listening one, or a file that is no socket, is not.
    /// </summary>
    /// <exception cref="MtunnelConnectionException">The path cannot be listened at, or this carrier has no way to forward; the tunnel itself is not affected.</exception>
    /// <exception cref="ArgumentException">A path is not absolute, or longer than the 107 bytes that a socket's address holds.</exception>
    Task<IForwardedSocket> ForwardAsync(SocketForward forward, CancellationToken cancellationToken = default) =>
        Task.FromException<IForwardedSocket>(
            new MtunnelConnectionException("this connection forwards no sockets: carry it through a MultiplexedTransport, which does"));
}
