namespace Pve.Migration.Testing;

/// <summary>What things cost in a <see cref="VirtualCluster"/> that are no part of QEMU; unless set, as they explain the measurements of Proxmox VE's 2017 series.</summary>
public sealed record VirtualCosts
{
    /// <summary>A fresh ssh until the command over there begins: TCP, keys, authentication, a shell; 150 ms unless set.</summary>
    public TimeSpan SshConnect { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary>One of Proxmox VE's <c>qm</c> commands over there, most of it Perl's start; 150 ms unless set.</summary>
    public TimeSpan QmCommand { get; init; } = TimeSpan.FromMilliseconds(150);

    /// <summary><c>pvesr set-state</c> over there, which loads more; 450 ms unless set.</summary>
    public TimeSpan ReplicationCommand { get; init; } = TimeSpan.FromMilliseconds(450);

    /// <summary>From the far end's exit until the process that carried the tunnel here has ended; 20 ms unless set.</summary>
    public TimeSpan TunnelEnd { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How often whoever closes a tunnel looks whether its process has ended; 1 s unless set, as Proxmox VE does, so that a close takes whole seconds.</summary>
    public TimeSpan TunnelEndLookedForEvery { get; init; } = TimeSpan.FromSeconds(1);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SshConnect, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(QmCommand, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReplicationCommand, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(TunnelEnd, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(TunnelEndLookedForEvery, TimeSpan.Zero);
    }
}
