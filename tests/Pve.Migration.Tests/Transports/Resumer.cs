namespace Pve.Migration.Tests.Transports;

/// <summary>A target whose VMs all resume.</summary>
internal sealed class Resumer : IMtunnelHandler
{
    public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => Task.CompletedTask;
}
