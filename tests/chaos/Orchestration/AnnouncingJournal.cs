using Pve.Chaos.Scenarios;
using Pve.Migration;

namespace Pve.Chaos.Orchestration;

/// <summary>A journal that tells which moment has been noted.</summary>
internal sealed class AnnouncingJournal(IMigrationJournal journal, Announcer announcer) : IMigrationJournal
{
    public async ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellationToken = default)
    {
        await journal.AppendAsync(entry, cancellationToken);
        await announcer.ReachAsync(Moment.Of(entry));
    }

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken = default) => journal.ReadAsync(cancellationToken);
}
