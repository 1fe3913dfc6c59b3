namespace Pve.Migration;

/// <summary>What was done so that the copy would converge.</summary>
/// <param name="At">When, since the migration began.</param>
/// <param name="Decision">What.</param>
public sealed record ConvergenceChange(TimeSpan At, ConvergenceDecision Decision);
