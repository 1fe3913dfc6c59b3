namespace Pve.Migration.Testing;

/// <summary>What a <see cref="VirtualCluster"/> is made of.</summary>
public sealed record VirtualClusterOptions
{
    /// <summary>The network between the hosts, and its clock, which is everybody's.</summary>
    public SimulatedLinkOptions Link { get; init; } = new();

    /// <summary>The guest, and the QEMU that runs it; the target's is like it.</summary>
    public SimulatedQemuOptions Guest { get; init; } = new();

    /// <summary>How far the target's clock is ahead of the source's; it shows in the timestamps of the target's events.</summary>
    public TimeSpan TargetClockOffset { get; init; }

    /// <summary>What ssh, commands and the end of a tunnel cost.</summary>
    public VirtualCosts Costs { get; init; } = new();
}
