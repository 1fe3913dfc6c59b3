using Pve.Migration.Engine.Recovery;
using Pve.Migration.Transports;

namespace Pve.Migration.Engine;

/// <summary>Writes the run's journal in order. Before the pause each entry is waited for; inside it only the one that must not be missing.</summary>
internal sealed class JournalWriter(IMigrationJournal? journal, int vmId, TimeProvider time, Action<string> warn)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;
    private Task? _commit;

    /// <returns>Completes once the entry is safe, and all before it; fails with <see cref="MigrationJournalException"/>.</returns>
    public Task WriteAsync(JournalMark mark, string step, string? detail = null)
    {
        if (journal is null)
        {
            return Task.CompletedTask;
        }

        lock (_gate)
        {
            _last = AppendAsync(_last, new JournalEntry(mark, vmId, step, time.GetUtcNow(), detail));
            _last.ForgetFailure(); // inside the pause the next one that is waited for tells it
            return _last;
        }
    }

    /// <summary>Where nothing can be taken back for it: what could not be kept in time is a warning.</summary>
    public async Task TryWriteAsync(JournalMark mark, string step, string? detail = null)
    {
        try
        {
            await WriteAsync(mark, step, detail).WaitAsync(Patience, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            warn($"The journal has not taken '{mark} {step}' within {Patience.TotalSeconds:0.#} s.");
        }
        catch (Exception e)
        {
            warn(e.Message);
        }
    }

    /// <summary>
    /// The intention to let the guest run on the target. It is told as soon as the source's guest was stopped for the last time, so that it is safe by the
    /// time it is waited for, and the guest does not wait for a disk.
    /// </summary>
    /// <param name="claims">Whether the target has said that it claims the guest first.</param>
    public Task IntendCommitAsync(bool claims)
    {
        lock (_gate)
        {
            return _commit ??= WriteAsync(JournalMark.Intends, MigrationPlan.Resume, claims ? JournalStory.Claims : null);
        }
    }

    private async Task AppendAsync(Task before, JournalEntry entry)
    {
        await before.ConfigureAwait(false);
        await journal!.AppendAsync(entry).ConfigureAwait(false);
    }
}
