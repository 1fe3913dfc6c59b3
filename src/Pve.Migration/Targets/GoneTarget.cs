using Pve.Qmp;

namespace Pve.Migration;

/// <summary>
/// A target whose QEMU cannot be reached any more, for <see cref="LiveMigrator.RecoverAsync"/>: it answers nothing, and can only be proven dead.
/// </summary>
public sealed class GoneTarget : IMigrationTarget
{
    private readonly Func<CancellationToken, Task> _proveDead;

    /// <summary>Creates the target.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="proveDead">Returns when its QEMU is proven gone, and throws where that cannot be proven.</param>
    public GoneTarget(string name, Func<CancellationToken, Task> proveDead)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(proveDead);
        (Name, _proveDead) = (name, proveDead);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string? Dialect => null;

    /// <inheritdoc/>
    public Task<string> Lost { get; } = new TaskCompletionSource<string>().Task; // it is lost from the beginning

    /// <inheritdoc/>
    public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => throw NotReached();

    /// <inheritdoc/>
    public Task<QmpClient?> TakeUpAsync(int vmId, CancellationToken cancellationToken) => throw NotReached();

    /// <inheritdoc/>
    public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => throw NotReached();

    /// <inheritdoc/>
    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => throw NotReached();

    /// <inheritdoc/>
    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken) => throw NotReached();

    /// <inheritdoc/>
    public Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken) => throw NotReached();

    /// <inheritdoc/>
    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => throw NotReached();

    /// <inheritdoc/>
    public Task CloseAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DestroyAsync(int vmId, CancellationToken cancellationToken)
    {
        try
        {
            await _proveDead(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not MigrationTargetException)
        {
            throw new MigrationTargetException($"The target {Name} could not be proven dead: {e.Message}", "End its process by hand.", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private MigrationTargetException NotReached() => new($"The QEMU of the target {Name} cannot be reached.");
}
