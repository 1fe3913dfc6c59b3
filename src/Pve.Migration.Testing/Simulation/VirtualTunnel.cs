using System.IO.Pipelines;

namespace Pve.Migration.Testing.Simulation;

/// <summary>Tunnels carried by an ssh that is not there.</summary>
internal sealed class VirtualTunnel(
    TimeProvider time, TimeSpan latency, VirtualCosts costs, Func<IDuplexPipe, CancellationToken, Task> server) : IMtunnelTransport
{
    public string Name => "ssh to target";

    public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        await time.PassAsync(costs.SshConnect + costs.QmCommand, cancellationToken).ConfigureAwait(false);
        return new VirtualTunnelConnection(time, latency, costs, server);
    }
}
