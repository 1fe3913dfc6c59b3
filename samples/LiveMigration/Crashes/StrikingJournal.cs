using Pve.Migration;

namespace LiveMigration.Crashes;

/// <summary>A journal that lets the fault strike once the step has been noted; it is kept nowhere where there is none beneath.</summary>
internal sealed class StrikingJournal(IMigrationJournal? journal, Striker striker) : IMigrationJournal
{
    public async ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellationToken = default)
    {
        if (journal is not null)
        {
            await journal.AppendAsync(entry, cancellationToken);
        }

        await striker.ReachAsync(ChaosPoint.StepOf(entry));
    }

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken = default)
        => journal?.ReadAsync(cancellationToken) ?? ValueTask.FromResult<IReadOnlyList<JournalEntry>>([]);
}
