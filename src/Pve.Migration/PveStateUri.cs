namespace Pve.Migration;

/// <summary>What a Proxmox VE node is told to await the RAM on.</summary>
public enum PveStateUri
{
    /// <summary>A unix socket.</summary>
    Unix,

    /// <summary>A TCP port.</summary>
    Tcp,
}
