namespace Pve.Migration;

/// <summary>How a guest's RAM travels between Proxmox VE nodes.</summary>
public enum PveMigrationType
{
    /// <summary>Through ssh.</summary>
    Secure,

    /// <summary>In the clear, over TCP: for networks that nobody else is in.</summary>
    Insecure,
}
