namespace Pve.Migration;

/// <summary>What an interrupted migration came to.</summary>
/// <param name="Outcome">Where the guest is now, or what is known of it.</param>
/// <param name="Warnings">What fell short without changing the outcome.</param>
public sealed record RecoveryReport(MigrationOutcome Outcome, IReadOnlyList<string> Warnings);
