using Pve.Qmp;

namespace Pve.Migration.Testing.Simulation;

/// <summary>As <see cref="SshCommandTarget"/>, on a host that is not there.</summary>
internal sealed class VirtualSshTarget(IncomingQemu qemu, VirtualShell shell) : IMigrationTarget
{
    public string Name => "ssh to target";

    public string? Dialect => null;

    public Task<string> Lost { get; } = new TaskCompletionSource<string>().Task; // each command has an ssh of its own

    public Task<QmpClient?> OpenAsync(CancellationToken cancellationToken) => Task.FromResult(qemu.Monitor);

    public Task<string> StartIncomingAsync(int vmId, CancellationToken cancellationToken) => qemu.ListenAsync(cancellationToken);

    public Task MakeReadyAsync(int vmId, CancellationToken cancellationToken) => shell.ProbeAsync(cancellationToken);

    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken) => shell.SetReplicationStateAsync(vmId, cancellationToken);

    public async Task<ResumeResult> ResumeAsync(int vmId, CancellationToken cancellationToken)
    {
        try
        {
            await shell.ResumeAsync(vmId, cancellationToken).ConfigureAwait(false);
            return new ResumeResult(ResumeAnswer.Accepted);
        }
        catch (Exception e) when (e is MtunnelRefusedException or QmpException)
        {
            return new ResumeResult(ResumeAnswer.Refused, e.Message);
        }
    }

    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => shell.UnlockAsync(vmId, cancellationToken);

    public Task CloseAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DestroyAsync(int vmId, CancellationToken cancellationToken) => qemu.DestroyAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
