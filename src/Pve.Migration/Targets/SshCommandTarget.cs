using Pve.Migration.Proxmox;
using Pve.Qmp;

namespace Pve.Migration;

/// <summary>A target that is told everything by one fresh ssh a command, as Proxmox VE did before its 2017 series.</summary>
public sealed class SshCommandTarget : IMigrationTarget
{
    private readonly IncomingQemu _qemu;
    private readonly SshCommandRunner _ssh;
    private readonly SshCommandTargetOptions _options;
    private readonly RemoteCommands _commands;

    /// <summary>Creates the target.</summary>
    /// <param name="qemu">The QEMU that waits there.</param>
    /// <param name="ssh">How its host is reached.</param>
    /// <param name="options">The commands; Proxmox VE's unless given.</param>
    public SshCommandTarget(IncomingQemu qemu, SshCommandRunner ssh, SshCommandTargetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(qemu);
        ArgumentNullException.ThrowIfNull(ssh);
        (_qemu, _ssh, _options) = (qemu, ssh, options ?? new SshCommandTargetOptions());
        _commands = new RemoteCommands(ssh, _options.Timeout);
    }

    /// <inheritdoc/>
    public string Name => _ssh.Name;

    /// <inheritdoc/>
    public string? Dialect => null;

    /// <inheritdoc/>
    public string? ConnectUri => _qemu.ConnectUri;

    /// <inheritdoc/>
    public Task<string> Lost { get; } = new TaskCompletionSource<string>().Task; // each command has an ssh of its own

    /// <inheritdoc/>
    public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<QmpClient?>(_qemu.Monitor);

    /// <inheritdoc/>
    public Task<QmpClient?> TakeUpAsync(int vmId, CancellationToken cancellationToken) => OpenAsync(cancellationToken);

    /// <summary>Runs the harmless probe.</summary>
    public async Task<QmpClient?> ProbeAsync(int vmId, CancellationToken cancellationToken)
    {
        await MakeReadyAsync(vmId, cancellationToken).ConfigureAwait(false);
        return _qemu.Monitor;
    }

    /// <summary>By <c>date</c>.</summary>
    public Task<DateTimeOffset?> ReadClockAsync(CancellationToken cancellationToken) => _commands.ReadClockAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => _qemu.ListenAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<string> ListenAgainAsync(int vmId, CancellationToken cancellationToken) => _qemu.ListenAgainAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<DiskExport>> ExportDisksAsync(int vmId, IReadOnlyList<MigrationDisk> disks, ExportTls? tls, CancellationToken cancellationToken)
        => _qemu.ExportDisksAsync(disks, tls, cancellationToken);

    /// <inheritdoc/>
    public Task StopExportsAsync(int vmId, CancellationToken cancellationToken)
        => _qemu.Monitor is null ? StopNbdAsync(vmId, cancellationToken) : _qemu.StopExportsAsync(cancellationToken);

    /// <summary>Runs the harmless probe, so that a refused key or host shows before the guest is paused.</summary>
    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => _commands.RunAsync(_options.Probe, cancellationToken);

    /// <summary>Tells the target which volumes are replicated. Neither the state nor what the command says of it is logged or put into an error.</summary>
    /// <exception cref="MigrationTargetException">It refused, or did not answer.</exception>
    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken)
        => _commands.RunSecretlyAsync(_options.SetReplicationState(vmId), cancellationToken);

    /// <summary>Ends the target's NBD server, once its disks are mirrored.</summary>
    /// <exception cref="MigrationTargetException">It refused, or did not answer.</exception>
    public Task StopNbdAsync(int vmId, CancellationToken cancellationToken = default) => _commands.RunAsync(_options.StopNbd(vmId), cancellationToken);

    /// <inheritdoc/>
    public async Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
    {
        try
        {
            var result = await _ssh.RunAsync(_options.Resume(vmId), _options.Timeout, cancellationToken: cancellationToken).ConfigureAwait(false);
            return result.ExitCode switch
            {
                0 => new ResumeResult(ResumeAnswer.Accepted),

                // ssh's own failure may come after the command was sent, and a signal ends only our side.
                >= 128 => new ResumeResult(ResumeAnswer.Unknown, result.Failure.Message),
                _ => new ResumeResult(ResumeAnswer.Refused, result.Failure.Message),
            };
        }
        catch (SshCommandTimeoutException e)
        {
            return new ResumeResult(ResumeAnswer.Unknown, e.Message);
        }
        catch (MtunnelConnectionException e)
        {
            return new ResumeResult(ResumeAnswer.Refused, e.Message);
        }
    }

    /// <inheritdoc/>
    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => _commands.RunAsync(_options.Unlock(vmId), cancellationToken);

    /// <inheritdoc/>
    public Task CloseAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => _qemu.DestroyAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
