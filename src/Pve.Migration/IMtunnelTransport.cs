namespace Pve.Migration;

/// <summary>A recipe for reaching the other end of a migration tunnel; it holds no connection itself and may be used many times.</summary>
public interface IMtunnelTransport
{
    /// <summary>What logs and exceptions call the way to the peer, such as <c>ssh to pve2</c>.</summary>
    string Name { get; }

    /// <summary>Starts a connection; it need not be alive yet, its <see cref="IMtunnelConnection.Ended"/> tells when it is not.</summary>
    /// <exception cref="MtunnelConnectionException">The carrier could not be brought up.</exception>
    Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken);
}
