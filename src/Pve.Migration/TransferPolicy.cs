namespace Pve.Migration;

/// <summary>How the guest's RAM travels. What not both QEMUs can is left out, and reported.</summary>
public sealed record TransferPolicy
{
    /// <summary>Encrypts it, and the disks that are mirrored; nothing is encrypted by QEMU unless set. It is never left out.</summary>
    public MigrationTls? Tls { get; init; }

    internal void Validate() => Tls?.Validate();
}
