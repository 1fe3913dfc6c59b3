namespace Pve.Chaos.Scenarios;

/// <summary>How the orchestrator reaches the target.</summary>
internal enum Way
{
    /// <summary>By its monitor alone.</summary>
    Monitor,

    /// <summary>By a tunnel over ssh, its monitor in reach besides.</summary>
    TunnelAndMonitor,

    /// <summary>By a tunnel over ssh alone.</summary>
    Tunnel,
}
