using Pve.Migration.Journal;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>
/// A journal in a file of its own, one checked line an entry. Each is on the disk before <see cref="AppendAsync"/> returns. A last line that was cut
/// by a crash was never promised to anybody, and is removed when the file is opened. The file is held for this process alone, and is readable by its owner alone.
/// It keeps one migration: what stands there is dropped as the next one begins, which it does only where the last one has ended.
/// </summary>
public sealed class FileJournal : IMigrationJournal, IDisposable
{
    private readonly FileStream _file;
    private readonly List<JournalEntry> _entries;
    private readonly Lock _gate = new();
    private Exception? _broken;

    private FileJournal(FileStream file, List<JournalEntry> entries) => (_file, _entries) = (file, entries);

    /// <summary>Where it is.</summary>
    public string Path => _file.Name;

    /// <summary>Opens a journal, or begins one where there is no file yet.</summary>
    /// <exception cref="MigrationJournalException">It cannot be opened, another process holds it, or it is damaged elsewhere than at its end.</exception>
    public static FileJournal Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStream? file = null;
        try
        {
            var isNew = !File.Exists(path);
            file = new FileStream(path, Options());
            var entries = Read(file);
            file.Flush(flushToDisk: true);
            if (isNew)
            {
                UnixFile.FlushDirectory(System.IO.Path.GetDirectoryName(file.Name)!);
            }

            return new FileJournal(file, entries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or MigrationJournalException)
        {
            file?.Dispose();
            throw e as MigrationJournalException ?? new MigrationJournalException($"The journal {path} cannot be opened: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public ValueTask AppendAsync(JournalEntry entry, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entry);
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask(Task.Run(() => Append(entry), CancellationToken.None)); // the disk makes nobody wait but who awaits this
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<JournalEntry>>([.. _entries]);
        }
    }

    /// <summary>Lets go of the file; what was added stays.</summary>
    public void Dispose() => _file.Dispose();

    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private void Append(JournalEntry entry)
    {
        lock (_gate)
        {
            if (_broken is not null)
            {
                throw Failed(_broken); // what stands behind a gap would be misread
            }

            try
            {
                if (entry.Mark == JournalMark.Begins)
                {
                    // a crash before the entry is there leaves what has ended, or nothing
                    _file.SetLength(0);
                    _file.Position = 0;
                    _entries.Clear();
                }

                _file.Write(JournalLine.Write(entry));
                _file.Flush(flushToDisk: true);
                _entries.Add(entry);
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or UnauthorizedAccessException)
            {
                _broken = e;
                throw Failed(e);
            }
        }
    }

    private MigrationJournalException Failed(Exception cause) => new($"The journal {Path} cannot be written: {cause.Message}", cause);

    // Leaves the file at the end of its last whole line.
    private static List<JournalEntry> Read(FileStream file)
    {
        byte[] all = new byte[file.Length];
        file.ReadExactly(all);
        var entries = new List<JournalEntry>();
        int begin = 0;
        while (begin < all.Length)
        {
            int length = all.AsSpan(begin).IndexOf((byte)'\n');
            if (length < 0 || !JournalLine.TryRead(all.AsSpan(begin, length), out JournalEntry? entry))
            {
                if (length >= 0 && begin + length + 1 < all.Length)
                {
                    throw new MigrationJournalException(
                        $"The journal {file.Name} is damaged at byte {begin}, line {entries.Count + 1}; what follows cannot be trusted. Ask both QEMUs where the guest runs.");
                }

                break;
            }

            entries.Add(entry!);
            begin += length + 1;
        }

        file.SetLength(begin);
        file.Position = begin;
        return entries;
    }
}
