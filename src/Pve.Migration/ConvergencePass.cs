namespace Pve.Migration;

/// <summary>A pass over the RAM, as it was found soonest after it began.</summary>
/// <param name="Pass">Its number; the first sends all RAM.</param>
/// <param name="At">When, since the copy began.</param>
/// <param name="RemainingBytes">What differed then.</param>
public readonly record struct ConvergencePass(long Pass, TimeSpan At, long RemainingBytes);
