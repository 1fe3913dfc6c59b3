namespace Pve.Migration.Tests.Recovery;

/// <summary>A journal that outlives whoever writes it.</summary>
internal sealed class MemoryJournal : IMigrationJournal
{
    private readonly List<JournalEntry> _entries = [];

    /// <summary>Called when an entry is written, before it is safe.</summary>
    public Func<JournalEntry, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called when it is safe, before its writer is told.</summary>
    public Func<JournalEntry, Task> After { get; set; } = _ => Task.CompletedTask;

    public IReadOnlyList<JournalEntry> Entries
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries];
            }
        }
    }

    public async ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellationToken = default)
    {
        await Before(entry);
        lock (_entries)
        {
            _entries.Add(entry);
        }

        await After(entry);
    }

    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(Entries);
}
