using System.Diagnostics;
using Pve.Migration;
using Pve.Migration.Testing;

namespace LiveMigration.Crashes;

/// <summary>A journal that lets the fault strike once the step has been noted; it is kept nowhere where there is none beneath.</summary>
internal sealed class StrikingJournal(IMigrationJournal? journal, ChaosPoint point, GuestHost source, GuestHost target) : IMigrationJournal
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(2);

    private int _struck;

    public async ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellationToken = default)
    {
        if (journal is not null)
        {
            await journal.AppendAsync(entry, cancellationToken);
        }

        if (point.IsAt(entry) && Interlocked.Exchange(ref _struck, 1) == 0)
        {
            await StrikeAsync();
        }
    }

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken = default)
        => journal?.ReadAsync(cancellationToken) ?? ValueTask.FromResult<IReadOnlyList<JournalEntry>>([]);

    private async Task StrikeAsync()
    {
        switch (point.Fault)
        {
            case ChaosFault.KillSource:
                await source.Process.KillAsync();
                break;
            case ChaosFault.KillTarget:
                await target.Process.KillAsync();
                break;
            case ChaosFault.FreezeSource:
                _ = FreezeAsync(source.Process);
                break;
            case ChaosFault.FreezeTarget:
                _ = FreezeAsync(target.Process);
                break;
            case ChaosFault.Crash:
                using (var self = Process.GetCurrentProcess())
                {
                    self.Kill();
                }

                break;
        }
    }

    private static async Task FreezeAsync(QemuProcess process)
    {
        process.Freeze();
        await Task.Delay(Frozen, TimeProvider.System);
        process.Thaw();
    }
}
