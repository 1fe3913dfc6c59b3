namespace Pve.Chaos.Scenarios;

/// <summary>Whom a fault strikes.</summary>
internal enum Party
{
    /// <summary>The source's QEMU; its connection is the orchestrator's to its monitor.</summary>
    Source,

    /// <summary>The target's QEMU; its connection is the one that brings RAM and disks.</summary>
    Target,

    /// <summary>The ssh that carries the tunnel; its connection is the one to sshd.</summary>
    Ssh,

    /// <summary>The target side's end of the tunnel; its connection is the one to the target's monitor.</summary>
    Mtunnel,

    /// <summary>Who migrates; its connection is the one to the target's monitor.</summary>
    Orchestrator,
}
