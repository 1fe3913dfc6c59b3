using Pve.Qmp;

namespace Pve.Migration;

/// <summary>A target whose monitor is in our hands, and needs nobody else: everything goes over QMP.</summary>
public sealed class LocalTarget(IncomingQemu qemu) : IMigrationTarget
{
    /// <inheritdoc/>
    public string Name => qemu.Monitor.Name;

    /// <inheritdoc/>
    public string? Dialect => null;

    /// <inheritdoc/>
    public Task<string> Lost { get; } = new TaskCompletionSource<string>().Task; // the monitor itself tells

    /// <inheritdoc/>
    public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<QmpClient?>(qemu.Monitor);

    /// <inheritdoc/>
    public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => qemu.ListenAsync(cancellationToken);

    /// <inheritdoc/>
    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
    {
        try
        {
            await qemu.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken).ConfigureAwait(false);
            return new ResumeResult(ResumeAnswer.Accepted);
        }
        catch (QmpCommandException e)
        {
            return new ResumeResult(ResumeAnswer.Refused, e.Description);
        }
        catch (QmpException e)
        {
            return new ResumeResult(ResumeAnswer.Unknown, e.Message);
        }
    }

    /// <inheritdoc/>
    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task CloseAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => qemu.DestroyAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
