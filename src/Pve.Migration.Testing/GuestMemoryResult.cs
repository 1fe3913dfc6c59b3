namespace Pve.Migration.Testing;

/// <summary>What a dump of a <see cref="BootSectorGuest"/> proves.</summary>
/// <param name="Intact">Whether every word of the dump is what the guest must have written there.</param>
/// <param name="Ticks">The tick counter found.</param>
/// <param name="Writes">The number of page writes completed; 0 where the counters contradict each other.</param>
/// <param name="Discrepancy">The first thing that is wrong, in words; null if intact.</param>
public sealed record GuestMemoryResult(bool Intact, uint Ticks, long Writes, string? Discrepancy)
{
    public override string ToString() => Discrepancy ?? $"intact: {Ticks} ticks, {Writes} page writes";
}
