using Pve.Qmp;

namespace Pve.Migration.Tests.Engine;

/// <summary>A target with something in front of each call, by the name of the step that makes it.</summary>
internal sealed class HookedTarget(IMigrationTarget inner) : IMigrationTarget
{
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Resumes instead of the inner target, which it is given.</summary>
    public Func<IMigrationTarget, CancellationToken, Task<ResumeResult>>? Resume { get; set; }

    /// <summary>What its host's clock says; nothing unless set.</summary>
    public Func<Task<DateTimeOffset>>? Clock { get; set; }

    /// <summary>How many bytes are free there; nobody knows unless set.</summary>
    public long? FreeBytes { get; set; }

    public List<string> Calls { get; } = [];

    public string Name => inner.Name;

    public string? Dialect => inner.Dialect;

    public Task<string> Lost => inner.Lost;

    public async Task<QmpClient?> OpenAsync(CancellationToken cancellationToken)
    {
        await CalledAsync("open target");
        return await inner.OpenAsync(cancellationToken);
    }

    public async Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken) => Clock is null ? null : await Clock();

    public Task<long?> ReadFreeBytesAsync(string path, CancellationToken cancellationToken) => Task.FromResult(FreeBytes);

    public async Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("start incoming");
        return await inner.StartIncomingAsync(vmId, cancellationToken);
    }

    public async Task<IReadOnlyList<DiskExport>> ExportDisksAsync(int vmId, IReadOnlyList<MigrationDisk> disks, CancellationToken cancellationToken)
    {
        await CalledAsync("export disks");
        return await inner.ExportDisksAsync(vmId, disks, cancellationToken);
    }

    public async Task StopExportsAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("stop exports");
        await inner.StopExportsAsync(vmId, cancellationToken);
    }

    public async Task MakeReadyAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("make target ready");
        await inner.MakeReadyAsync(vmId, cancellationToken);
    }

    public async Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("set replication state");
        await inner.SetReplicationStateAsync(vmId, cancellationToken);
    }

    public async Task WakeAsync()
    {
        await CalledAsync("wake");
        await inner.WakeAsync();
    }

    public async Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("resume");
        return await (Resume?.Invoke(inner, cancellationToken) ?? inner.ResumeAsync(vmId, cancellationToken));
    }

    public async Task UnlockAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("unlock");
        await inner.UnlockAsync(vmId, cancellationToken);
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await CalledAsync("close tunnel");
        await inner.CloseAsync(cancellationToken);
    }

    public async Task DestroyAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("destroy");
        await inner.DestroyAsync(vmId, cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private Task CalledAsync(string step)
    {
        lock (Calls)
        {
            Calls.Add(step);
        }

        return Before(step);
    }
}
