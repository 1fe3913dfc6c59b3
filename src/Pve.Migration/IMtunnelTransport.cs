namespace Pve.Migration;

/// <summary>A recipe for reaching the other end of a migration tunnel; it holds no connection itself and may be used many times.</summary>
public interface IMtunnelTransport
{
    /// <summary>What logs and exceptions call the way to the peer, such as <c>ssh to pve2</c>.</summary>
    string Name { get; }

    /// <summary>Starts a connection; it need not be alive yet, its <see cref="IMtunnelConnection.Ended"/> tells when it is not.</summary>
    /// <exception cref="MtunnelConnectionException">The carrier could not be brought up.</exception>
    Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Removes what a target that was killed left at the far ends of the forwards that this recipe names, where nobody over there does so by
    /// itself; by default somebody does. Whatever is no socket, or is still listened at, stays.
    /// </summary>
    /// <exception cref="TimeoutException">It was not done within <paramref name="deadline"/>.</exception>
    /// <exception cref="MtunnelConnectionException">It could not be done.</exception>
    Task RemoveLeftoversAsync(TimeSpan deadline, CancellationToken cancellationToken = default) => Task.CompletedTask;
}
