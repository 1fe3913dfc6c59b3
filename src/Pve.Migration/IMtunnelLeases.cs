namespace Pve.Migration;

/// <summary>Who has a VM's tunnel. The newest one does, so that a client which lost its connection may come back and go on.</summary>
/// <remarks>
/// A VM whose client may never come is leased the same way: take it, wait as long as Proxmox VE does (300 s), and end it with the clean-up.
/// A tunnel that came meanwhile has taken it over, and nothing is done.
/// </remarks>
public interface IMtunnelLeases
{
    /// <summary>Takes the VM over from whoever had it; waits while an end is being carried out.</summary>
    /// <returns>What the lease is called when it ends.</returns>
    /// <exception cref="IOException">It cannot be noted.</exception>
    Task<Guid> TakeAsync(int vmid, CancellationToken cancellationToken = default);

    /// <summary>Ends a lease with an act, during which nobody can take the VM over.</summary>
    /// <param name="vmid">The VM.</param>
    /// <param name="lease">What <see cref="TakeAsync"/> returned.</param>
    /// <param name="act">What is to be done; nothing unless given.</param>
    /// <param name="cancellationToken">Ends the wait for another's end.</param>
    /// <returns>False, and nothing was done, where another has taken the VM over.</returns>
    /// <exception cref="IOException">It cannot be looked up.</exception>
    Task<bool> EndAsync(int vmid, Guid lease, Func<Task>? act = null, CancellationToken cancellationToken = default);
}
