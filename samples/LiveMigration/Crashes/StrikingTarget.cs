using Pve.Migration;
using Pve.Qmp;

namespace LiveMigration.Crashes;

/// <summary>A target that lets the fault strike as it is told to resume; the rest is the inner one's.</summary>
internal sealed class StrikingTarget(IMigrationTarget inner, Striker striker) : IMigrationTarget
{
    public string Name => inner.Name;

    public string? Dialect => inner.Dialect;

    public string? ConnectUri => inner.ConnectUri;

    public Task<string> Lost => inner.Lost;

    public bool ClaimsOwnership => inner.ClaimsOwnership;

    public async Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
    {
        await striker.ReachAsync(ChaosPoint.Resume);
        return await inner.ResumeAsync(vmId, cancellationToken);
    }

    public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => inner.OpenAsync(cancellationToken);

    public Task<QmpClient?> ProbeAsync(int vmId, CancellationToken cancellationToken) => inner.ProbeAsync(vmId, cancellationToken);

    public Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken) => inner.ReadClockAsync(cancellationToken);

    public Task<long?> ReadFreeBytesAsync(string path, CancellationToken cancellationToken) => inner.ReadFreeBytesAsync(path, cancellationToken);

    public Task<QmpClient?> TakeUpAsync(int vmId, CancellationToken cancellationToken) => inner.TakeUpAsync(vmId, cancellationToken);

    public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => inner.StartIncomingAsync(vmId, cancellationToken);

    public Task<string> ListenAgainAsync(int vmId, CancellationToken cancellationToken) => inner.ListenAgainAsync(vmId, cancellationToken);

    public Task<IReadOnlyList<DiskExport>> ExportDisksAsync(int vmId, IReadOnlyList<MigrationDisk> disks, ExportTls? tls, CancellationToken cancellationToken)
        => inner.ExportDisksAsync(vmId, disks, tls, cancellationToken);

    public Task StopExportsAsync(int vmId, CancellationToken cancellationToken) => inner.StopExportsAsync(vmId, cancellationToken);

    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => inner.MakeReadyAsync(vmId, cancellationToken);

    public Task WakeAsync() => inner.WakeAsync();

    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken) => inner.SetReplicationStateAsync(vmId, cancellationToken);

    public Task<bool?> IsRunningAsync(int vmId, CancellationToken cancellationToken) => inner.IsRunningAsync(vmId, cancellationToken);

    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => inner.UnlockAsync(vmId, cancellationToken);

    public Task CloseAsync(CancellationToken cancellationToken) => inner.CloseAsync(cancellationToken);

    public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => inner.DestroyAsync(vmId, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
