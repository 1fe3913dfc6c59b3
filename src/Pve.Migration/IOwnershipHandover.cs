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

    /// <summary>
    /// Uses the target's right to run the guest, for good: to be called by whoever lets it run there, right before. Where nothing can be revoked, nothing is done.
    /// </summary>
    /// <exception cref="OwnershipException">The guest is not the target's, or not any more.</exception>
    Task ClaimAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes that right away where it was not used, and gives the guest to the source: as good a proof as the target's death.</summary>
    /// <returns>Whether the target can never use it; false where it has, and where nothing can be revoked.</returns>
    Task<bool> TryRevokeAsync(int vmId, CancellationToken cancellationToken) => Task.FromResult(false);
}
