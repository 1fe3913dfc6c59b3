using Pve.Migration.Engine;

namespace Pve.Migration;

/// <summary>How often <c>query-migrate</c> is asked, and whether events are believed before it.</summary>
public abstract class PollingStrategy
{
    /// <summary>Proxmox VE before its 2017 series: every 2 s, then every 300 ms near the end; no events.</summary>
    public static PollingStrategy Pve2017Before { get; } = new Pve2017Polling("before", TimeSpan.FromSeconds(2), TimeSpan.FromMilliseconds(300));

    /// <summary>Proxmox VE since its 2017 series: every 1 s, then every 100 ms near the end; no events.</summary>
    public static PollingStrategy Pve2017 { get; } = new Pve2017Polling("reduced", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));

    /// <summary>Events tell at once; a poll every half second feeds the progress and catches an event that was lost.</summary>
    public static PollingStrategy EventDriven { get; } = new EventDrivenPolling(TimeSpan.FromMilliseconds(500));

    /// <summary>What messages call it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether QEMU's events are acted on as they come.</summary>
    public virtual bool UsesEvents => false;

    /// <summary>The delay before the next poll.</summary>
    public abstract TimeSpan NextDelay(PollingState state);
}
