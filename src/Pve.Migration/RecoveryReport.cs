namespace Pve.Migration;

/// <summary>What an interrupted migration came to.</summary>
/// <param name="Outcome">Where the guest is now, or what is known of it.</param>
/// <param name="Warnings">What fell short without changing the outcome.</param>
public sealed record RecoveryReport(MigrationOutcome Outcome, IReadOnlyList<string> Warnings)
{
    /// <summary>What it did, and how long each took. Of the pause it knows no more than which of its steps belong there: that began before.</summary>
    public DowntimeLedger Ledger { get; init; } = new() { Lines = [] };
}
