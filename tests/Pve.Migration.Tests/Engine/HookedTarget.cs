using Pve.Qmp;

namespace Pve.Migration.Tests.Engine;

/// <summary>A target with something in front of each call, by the name of the step that makes it.</summary>
internal sealed class HookedTarget(IMigrationTarget inner) : IMigrationTarget
{
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public Func<string, Task> After { get; set; } = _ => Task.CompletedTask;

    /// <summary>Resumes instead of the inner target, which it is given.</summary>
    public Func<IMigrationTarget, CancellationToken, Task<ResumeResult>>? Resume { get; set; }

    /// <summary>Whether its monitor cannot be reached from here, as on another node.</summary>
    public bool IsOutOfReach { get; init; }

    /// <summary>Whether it is only known where it listens once it does.</summary>
    public bool HidesUri { get; init; }

    /// <summary>What its host's clock says; nothing unless set.</summary>
    public Func<Task<DateTimeOffset>>? Clock { get; set; }

    /// <summary>How many bytes are free there; nobody knows unless set.</summary>
    public long? FreeBytes { get; set; }

    /// <summary>Whether its side claims the guest; as the inner one's unless set.</summary>
    public bool? Claims { get; init; }

    public List<string> Calls { get; } = [];

    public string Name => inner.Name;

    public string? Dialect => inner.Dialect;

    public bool ClaimsOwnership => Claims ?? inner.ClaimsOwnership;

    public string? ConnectUri => HidesUri ? null : inner.ConnectUri;

    public Task<string> Lost => inner.Lost;

    public async Task<QmpClient?> OpenAsync(CancellationToken cancellationToken)
    {
        await CalledAsync("open target");
        var monitor = await inner.OpenAsync(cancellationToken);
        await After("open target");
        return IsOutOfReach ? null : monitor;
    }

    public async Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken) => Clock is null ? null : await Clock();

    public Task<long?> ReadFreeBytesAsync(string path, CancellationToken cancellationToken) => Task.FromResult(FreeBytes);

    public async Task<QmpClient?> TakeUpAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("take up");
        return await inner.TakeUpAsync(vmId, cancellationToken);
    }

    public async Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("start incoming");
        var uri = await inner.StartIncomingAsync(vmId, cancellationToken);
        await After("start incoming");
        return uri;
    }

    public async Task<string> ListenAgainAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("listen again");
        return await inner.ListenAgainAsync(vmId, cancellationToken);
    }

    public async Task<IReadOnlyList<DiskExport>> ExportDisksAsync(int vmId, IReadOnlyList<MigrationDisk> disks, ExportTls? tls, CancellationToken cancellationToken)
    {
        await CalledAsync("export disks");
        return await inner.ExportDisksAsync(vmId, disks, tls, cancellationToken);
    }

    public async Task StopExportsAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("stop exports");
        await inner.StopExportsAsync(vmId, cancellationToken);
        await After("stop exports");
    }

    public async Task MakeReadyAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("make target ready");
        await inner.MakeReadyAsync(vmId, cancellationToken);
        await After("make target ready");
    }

    public async Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("set replication state");
        await inner.SetReplicationStateAsync(vmId, cancellationToken);
        await After("set replication state");
    }

    public async Task WakeAsync()
    {
        await CalledAsync("wake");
        await inner.WakeAsync();
    }

    public async Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("resume");
        var result = await (Resume?.Invoke(inner, cancellationToken) ?? inner.ResumeAsync(vmId, cancellationToken));
        await After("resume");
        return result;
    }

    public Task<bool?> IsRunningAsync(int vmId, CancellationToken cancellationToken) => inner.IsRunningAsync(vmId, cancellationToken);

    public async Task UnlockAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("unlock");
        await inner.UnlockAsync(vmId, cancellationToken);
        await After("unlock");
    }

    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await CalledAsync("close tunnel");
        await inner.CloseAsync(cancellationToken);
        await After("close tunnel");
    }

    public async Task DestroyAsync(int vmId, CancellationToken cancellationToken)
    {
        await CalledAsync("destroy");
        await inner.DestroyAsync(vmId, cancellationToken);
        await After("destroy");
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
