namespace Pve.Migration.Testing;

/// <summary>Where the guest's ticks go over from one source to the next: one migration, seen from inside the guest.</summary>
/// <param name="From">The name of the source it left.</param>
/// <param name="To">The name of the source it came to.</param>
/// <param name="LastTick">The highest tick of the source it left, so far.</param>
/// <param name="FirstTick">The first tick of the source it came to, also if its line began on the other.</param>
/// <param name="Gap">From the arrival of the last tick to that of the first; negative if the old source went on ticking.</param>
/// <param name="TicksLost">Ticks neither source brought.</param>
/// <param name="TicksOnBoth">Ticks both sources brought: if any, two guests ran on from one state, or the target fell back to an older one.</param>
public sealed record HeartbeatHandover(
    string From,
    string To,
    uint LastTick,
    uint FirstTick,
    TimeSpan Gap,
    long TicksLost,
    long TicksOnBoth)
{
    public override string ToString() =>
        $"{From} to {To} after tick {LastTick}, {Gap.TotalMilliseconds:f1} ms, {TicksLost} lost, {TicksOnBoth} on both";
}
