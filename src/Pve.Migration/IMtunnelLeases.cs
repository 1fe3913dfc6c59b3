namespace Pve.Migration;

/// <summary>Which tunnels a VM has, so that only the end of its last one, without <c>quit</c>, begins a lease.</summary>
/// <remarks>
/// A VM whose client may never come is leased the same way: join, and <see cref="IMtunnelLease.EndAsync"/> with the clean-up after as long as
/// Proxmox VE waits (300 s). Where a tunnel came meanwhile nothing is done.
/// </remarks>
public interface IMtunnelLeases
{
    /// <summary>Counts one more tunnel of the VM, and ends a lease that runs; waits while a clean-up is being carried out.</summary>
    /// <exception cref="IOException">It cannot be noted.</exception>
    Task<IMtunnelLease> JoinAsync(int vmid, CancellationToken cancellationToken = default);
}
