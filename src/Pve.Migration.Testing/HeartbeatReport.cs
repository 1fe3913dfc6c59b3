namespace Pve.Migration.Testing;

/// <summary>What the guest's serial port told so far, over all sources.</summary>
/// <param name="FirstTick">The first tick; 0 if there was none.</param>
/// <param name="LastTick">The highest tick; 0 if there was none.</param>
/// <param name="TicksSeen">Lines that were ticks.</param>
/// <param name="TicksLost">Ticks that are missing between the first and the last.</param>
/// <param name="TicksRepeated">Ticks seen again, on one source or on two.</param>
/// <param name="LinesDamaged">Lines that are not 8 lower-case hex digits.</param>
/// <param name="Handovers">Where the ticks went from one source to the next, in order.</param>
public sealed record HeartbeatReport(
    uint FirstTick,
    uint LastTick,
    long TicksSeen,
    long TicksLost,
    long TicksRepeated,
    long LinesDamaged,
    IReadOnlyList<HeartbeatHandover> Handovers)
{
    /// <summary>Whether the ticks are one sequence without a hole, a repetition or a damaged line.</summary>
    public bool Perfect => TicksLost == 0 && TicksRepeated == 0 && LinesDamaged == 0;

    /// <summary>Whether a tick came from two sources: two guests ran on from one state, or the target fell back to an older one.</summary>
    /// <remarks>The handover's gap tells which: it is negative if both ran at the same time.</remarks>
    public bool RanTwice => Handovers.Any(handover => handover.TicksOnBoth > 0);

    public override string ToString() =>
        $"ticks {FirstTick} to {LastTick}, {TicksSeen} seen, {TicksLost} lost, {TicksRepeated} repeated, {LinesDamaged} lines damaged; "
        + $"handovers: {(Handovers.Count == 0 ? "none" : string.Join("; ", Handovers))}";
}
