namespace Pve.Migration;

/// <summary>One line of the <see cref="DowntimeLedger"/>.</summary>
/// <param name="Name">What took the time.</param>
/// <param name="Placement">Where it stood relative to the pause.</param>
/// <param name="Start">When it began, since the migration began.</param>
/// <param name="Duration">How long it took.</param>
public sealed record LedgerLine(string Name, StepPlacement Placement, TimeSpan Start, TimeSpan Duration);
