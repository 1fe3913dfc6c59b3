namespace Pve.Migration;

/// <summary>Implementations of <see cref="IOwnershipHandover"/>.</summary>
public static class OwnershipHandover
{
    /// <summary>Nobody keeps track of the owner.</summary>
    public static IOwnershipHandover None { get; } = new NoOwner();

    private sealed class NoOwner : IOwnershipHandover
    {
        public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task CommitAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task RevertAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
