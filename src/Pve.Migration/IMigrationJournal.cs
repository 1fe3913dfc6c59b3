namespace Pve.Migration;

/// <summary>
/// What one migration intended, each before the act, and what came of it: kept where the end of the process does not reach it, so that
/// <see cref="LiveMigrator.RecoverAsync"/> can bring the guest to one side.
/// </summary>
public interface IMigrationJournal
{
    /// <summary>Adds an entry. When this returns, the entry outlives the process, and the machine's power.</summary>
    /// <exception cref="MigrationJournalException">It could not be kept.</exception>
    ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellationToken = default);

    /// <summary>Everything that was added, oldest first; what stands before the last <see cref="JournalMark.Begins"/> may be left out.</summary>
    /// <exception cref="MigrationJournalException">It cannot be read.</exception>
    ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken = default);
}
