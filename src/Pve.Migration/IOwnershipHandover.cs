namespace Pve.Migration;

/// <summary>Who owns the guest: a file that moves, a lease, a fencing token. Every method may be called again and then changes nothing.</summary>
public interface IOwnershipHandover
{
    /// <summary>Makes ready whatever can be, while the guest runs.</summary>
    Task PrepareAsync(int vmId, CancellationToken cancellationToken);

    /// <summary>Hands the guest to the target; called inside the pause, before the target resumes it.</summary>
    Task CommitAsync(int vmId, CancellationToken cancellationToken);

    /// <summary>Gives the guest back to the source, or forgets what was prepared.</summary>
    Task RevertAsync(int vmId, CancellationToken cancellationToken);
}
