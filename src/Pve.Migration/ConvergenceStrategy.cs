using Pve.Migration.Engine;

namespace Pve.Migration;

/// <summary>What to do about a guest that dirties its RAM faster than it is copied.</summary>
public abstract class ConvergenceStrategy
{
    /// <summary>The longest downtime limit QEMU takes: 2,000 s.</summary>
    public static readonly TimeSpan MaxDowntimeLimit = TimeSpan.FromSeconds(2000);

    /// <summary>Proxmox VE's way: after more than five polls without progress the downtime limit doubles, up to <see cref="MaxDowntimeLimit"/>.</summary>
    public static ConvergenceStrategy ProxmoxDoubling { get; } = new ProxmoxDoubling();

    /// <summary>Nothing is done; a guest that does not converge is copied until the caller cancels.</summary>
    public static ConvergenceStrategy Wait { get; } = new WaitForConvergence();

    /// <summary>The downtime limit to go on with; null to leave it.</summary>
    public abstract TimeSpan? RaiseDowntimeLimit(ConvergenceState state);
}
