namespace Pve.Migration;

/// <summary>A line of a <see cref="IMigrationJournal"/>; it holds no secrets.</summary>
/// <param name="Mark">What is said.</param>
/// <param name="VmId">Of which guest.</param>
/// <param name="Step">Of which step, by the name it has in the ledger; see <see cref="JournalMark"/>.</param>
/// <param name="At">When, by the clock of the migrator.</param>
/// <param name="Detail">What else there is to say.</param>
public sealed record JournalEntry(JournalMark Mark, int VmId, string Step, DateTimeOffset At, string? Detail = null);
