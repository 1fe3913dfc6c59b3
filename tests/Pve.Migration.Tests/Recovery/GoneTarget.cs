using Pve.Qmp;

namespace Pve.Migration.Tests.Recovery;

/// <summary>A target whose QEMU is gone, and proven so.</summary>
internal sealed class GoneTarget : IMigrationTarget
{
    public string Name => "target";

    public string? Dialect => null;

    public Task<string> Lost => new TaskCompletionSource<string>().Task;

    public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => throw new MigrationTargetException("Its QEMU is gone.");

    public Task<QmpClient?> TakeUpAsync(int vmId, CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CloseAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;
}
