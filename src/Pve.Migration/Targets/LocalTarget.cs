using Pve.Qmp;

namespace Pve.Migration;

/// <summary>A target whose monitor is in our hands, and needs nobody else: everything goes over QMP.</summary>
public sealed class LocalTarget : IMigrationTarget
{
    private readonly IncomingQemu _qemu;
    private readonly QmpClient _monitor;

    /// <summary>Creates the target.</summary>
    /// <param name="qemu">The QEMU that waits.</param>
    /// <exception cref="ArgumentException">Its monitor is out of reach.</exception>
    public LocalTarget(IncomingQemu qemu)
    {
        ArgumentNullException.ThrowIfNull(qemu);
        _qemu = qemu;
        _monitor = qemu.Monitor ?? throw new ArgumentException("Its monitor is out of reach, and nothing else is asked.", nameof(qemu));
    }

    /// <inheritdoc/>
    public string Name => _monitor.Name;

    /// <inheritdoc/>
    public string? Dialect => null;

    /// <inheritdoc/>
    public string? ConnectUri => _qemu.ConnectUri;

    /// <inheritdoc/>
    public Task<string> Lost { get; } = new TaskCompletionSource<string>().Task; // the monitor itself tells

    /// <inheritdoc/>
    public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken)
    {
        _qemu.ThrowIfInTheWay();
        return Task.FromResult<QmpClient?>(_monitor);
    }

    /// <inheritdoc/>
    public Task<QmpClient?> TakeUpAsync(int vmId, CancellationToken cancellationToken) => Task.FromResult<QmpClient?>(_monitor);

    /// <inheritdoc/>
    public Task<long?> ReadFreeBytesAsync(string path, CancellationToken cancellationToken) => Task.FromResult(_qemu.FreeBytes(path));

    /// <inheritdoc/>
    public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => _qemu.ListenAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<string> ListenAgainAsync(int vmId, CancellationToken cancellationToken) => _qemu.ListenAgainAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DiskExport>> ExportDisksAsync(int vmId, IReadOnlyList<MigrationDisk> disks, ExportTls? tls, CancellationToken cancellationToken)
        => _qemu.ExportDisksAsync(disks, tls, cancellationToken);

    /// <inheritdoc/>
    public Task StopExportsAsync(int vmId, CancellationToken cancellationToken) => _qemu.StopExportsAsync(cancellationToken);

    /// <inheritdoc/>
    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
    {
        try
        {
            await _monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: cancellationToken).ConfigureAwait(false);
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
    public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => _qemu.DestroyAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
