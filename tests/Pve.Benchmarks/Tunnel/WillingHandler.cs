using Pve.Migration;

namespace Pve.Benchmarks.Tunnel;

/// <summary>Says OK to every resume, and does nothing: what is measured is the way there and back.</summary>
internal sealed class WillingHandler : IMtunnelHandler
{
    public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => Task.CompletedTask;
}
