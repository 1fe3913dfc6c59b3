using Pve.Chaos.Scenarios;
using Pve.Migration;

namespace Pve.Chaos.Orchestration;

/// <summary>A journal that says on standard output when one moment has been noted, and may wait there until it is told to go on.</summary>
internal sealed class AnnouncingJournal(IMigrationJournal journal, string? moment, bool waits) : IMigrationJournal
{
    private int _announced;

    public async ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellationToken = default)
    {
        await journal.AppendAsync(entry, cancellationToken);
        if (moment is null || Moment.Of(entry) != moment || Interlocked.Exchange(ref _announced, 1) == 1)
        {
            return;
        }

        await Console.Out.WriteLineAsync(Orchestrator.AtTheMoment);
        if (waits)
        {
            await Console.In.ReadLineAsync(CancellationToken.None);
        }
    }

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken = default) => journal.ReadAsync(cancellationToken);
}
