namespace Pve.Migration.Testing;

/// <summary>What a <see cref="SimulatedLink"/> is made of.</summary>
public sealed record SimulatedLinkOptions
{
    /// <summary>
    /// What each host may send over the link, in bytes a second, which its VMs, and the RAM and the disks of each, share fairly; 125,000,000 (1 Gbit/s) unless
    /// set. The link is full duplex: what comes the other way takes nothing of it.
    /// </summary>
    public long BytesPerSecond { get; init; } = 125_000_000;

    /// <summary>How long a byte travels; 100 µs unless set.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMicroseconds(100);

    /// <summary>The clock of everything on the link; the system's unless set. With a <see cref="VirtualTime"/> nothing waits for real.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(BytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfLessThan(Latency, TimeSpan.Zero);
    }
}
