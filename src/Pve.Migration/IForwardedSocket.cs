namespace Pve.Migration;

/// <summary>A local unix socket that listens, each connection to which comes out at the far path. Disposing it ends its connections and removes the socket.</summary>
public interface IForwardedSocket : IAsyncDisposable
{
    /// <summary>The two paths.</summary>
    SocketForward Forward { get; }

    /// <summary>Why a connection could not be opened at the far side, or the forward ended, the last time that happened; null where it never did.</summary>
    string? LastFailure { get; }
}
