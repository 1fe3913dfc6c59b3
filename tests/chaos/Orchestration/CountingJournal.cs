using Pve.Chaos.Scenarios;
using Pve.Migration;

namespace Pve.Chaos.Orchestration;

/// <summary>A recovery's journal, which tells when it was read and how many entries were added to it.</summary>
internal sealed class CountingJournal(IMigrationJournal journal, Announcer announcer) : IMigrationJournal
{
    private int _entries;

    public async ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellationToken = default)
    {
        await journal.AppendAsync(entry, cancellationToken);
        await announcer.ReachAsync(Moment.OfRecovery(++_entries)); // one is added after the other
    }

    public async ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken = default)
    {
        var entries = await journal.ReadAsync(cancellationToken);
        await announcer.ReachAsync(Moment.OfRecovery(0));
        return entries;
    }
}
