using Pve.Qmp;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The target's shell behind a fresh ssh: what runs there takes its time, and is written down.</summary>
internal sealed class VirtualShell(TimeProvider time, TimeSpan latency, VirtualCosts costs, Func<CancellationToken, Task<QmpClient>> connect)
{
    private readonly Lock _lock = new();
    private readonly List<VirtualCommand> _log = [];
    private readonly long _start = time.GetTimestamp();

    public IReadOnlyList<VirtualCommand> Log
    {
        get
        {
            lock (_lock)
            {
                return [.. _log];
            }
        }
    }

    public Task ProbeAsync(CancellationToken cancellationToken) => RunAsync("true", TimeSpan.Zero, null, cancellationToken);

    public Task SetReplicationStateAsync(int vmId, CancellationToken cancellationToken)
        => RunAsync($"pvesr set-state {vmId} {{}}", costs.ReplicationCommand, null, cancellationToken);

    public Task UnlockAsync(int vmId, CancellationToken cancellationToken) => RunAsync($"qm unlock {vmId}", costs.QmCommand, null, cancellationToken);

    /// <exception cref="MtunnelRefusedException">The guest does not run there.</exception>
    public Task ResumeAsync(int vmId, CancellationToken cancellationToken)
        => RunAsync($"qm resume {vmId} --skiplock --nocheck", costs.QmCommand, async token =>
        {
            var handler = new QmpMtunnelHandler((_, connecting) => connect(connecting), time);
            await using (handler.ConfigureAwait(false))
            {
                await handler.ResumeAsync(vmId, token).ConfigureAwait(false);
            }
        }, cancellationToken);

    // A command does what it does at its end: before that Perl loads.
    private async Task RunAsync(string line, TimeSpan cost, Func<CancellationToken, Task>? action, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        await time.PassAsync(costs.SshConnect + cost, cancellationToken).ConfigureAwait(false);
        try
        {
            await (action?.Invoke(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        }
        finally
        {
            await time.PassAsync(latency, CancellationToken.None).ConfigureAwait(false);
            lock (_lock)
            {
                _log.Add(new VirtualCommand(line, time.GetElapsedTime(_start, began), time.GetElapsedTime(began)));
            }
        }
    }
}
