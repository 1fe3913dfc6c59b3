namespace Pve.Migration.Testing;

/// <summary>What <see cref="GuestDisk"/> found.</summary>
/// <param name="Ticks">The latest tick on the disk.</param>
/// <param name="Damage">What is wrong; null where all is there.</param>
public sealed record GuestDiskResult(long Ticks, string? Damage)
{
    /// <summary>Whether every tick's sector is there.</summary>
    public bool Intact => Damage is null;
}
