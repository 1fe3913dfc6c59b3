using Pve.Migration;

namespace Pve.AotSmoke;

/// <summary>A target side that only remembers whom it was told to resume.</summary>
internal sealed class CountingHandler : IMtunnelHandler
{
    public int Resumed { get; private set; }

    public Task ResumeAsync(int vmid, CancellationToken cancellationToken)
    {
        Resumed = vmid;
        return Task.CompletedTask;
    }
}
