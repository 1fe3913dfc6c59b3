using Pve.Qmp;

namespace Pve.Migration;

/// <summary>A target that is told everything by one fresh ssh a command, as Proxmox VE did before its 2017 series.</summary>
public sealed class SshCommandTarget : IMigrationTarget
{
    private readonly IncomingQemu _qemu;
    private readonly SshCommandRunner _ssh;
    private readonly SshCommandTargetOptions _options;

    /// <summary>Creates the target.</summary>
    /// <param name="qemu">The QEMU that waits there.</param>
    /// <param name="ssh">How its host is reached.</param>
    /// <param name="options">The commands; Proxmox VE's unless given.</param>
    public SshCommandTarget(IncomingQemu qemu, SshCommandRunner ssh, SshCommandTargetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(qemu);
        ArgumentNullException.ThrowIfNull(ssh);
        (_qemu, _ssh, _options) = (qemu, ssh, options ?? new SshCommandTargetOptions());
    }

    /// <inheritdoc/>
    public string Name => _ssh.Name;

    /// <inheritdoc/>
    public string? Dialect => null;

    /// <inheritdoc/>
    public Task<string> Lost { get; } = new TaskCompletionSource<string>().Task; // each command has an ssh of its own

    /// <inheritdoc/>
    public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<QmpClient?>(_qemu.Monitor);

    /// <inheritdoc/>
    public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => _qemu.ListenAsync(cancellationToken);

    /// <summary>Runs the harmless probe, so that a refused key or host shows before the guest is paused.</summary>
    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => RunAsync(_options.Probe, cancellationToken);

    /// <inheritdoc/>
    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken)
        => RunAsync(_options.SetReplicationState(vmId), cancellationToken);

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
    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => RunAsync(_options.Unlock(vmId), cancellationToken);

    /// <inheritdoc/>
    public Task CloseAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => _qemu.DestroyAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var program = command[0];
        try
        {
            var result = await _ssh.RunAsync(command, _options.Timeout, cancellationToken: cancellationToken).ConfigureAwait(false);
            if (result.ExitCode != 0)
            {
                throw new MigrationTargetException($"'{program}' failed: {result.Failure.Message}");
            }
        }
        catch (Exception e) when (e is SshCommandTimeoutException or MtunnelConnectionException)
        {
            throw new MigrationTargetException($"'{program}' failed: {e.Message}", innerException: e);
        }
    }
}
