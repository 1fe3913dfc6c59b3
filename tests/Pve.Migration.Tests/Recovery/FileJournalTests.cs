using System.Runtime.Versioning;
using System.Text;

namespace Pve.Migration.Tests.Recovery;

public sealed class FileJournalTests : IDisposable
{
    private static readonly JournalEntry[] Some =
    [
        new(JournalMark.Begins, 100, "node2", DateTimeOffset.UnixEpoch),
        new(JournalMark.Intends, 100, "copy RAM", DateTimeOffset.UnixEpoch.AddMilliseconds(1)),
        new(JournalMark.GoesBack, 100, "copy RAM", DateTimeOffset.UnixEpoch.AddMilliseconds(2), "The \"target\"\nis gone: ü."),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("journal-");

    private string File => Path.Combine(_folder.FullName, "100.journal");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task What_was_added_is_there_when_it_is_opened_again()
    {
        await WriteAsync(Some[..2]);
        using (var again = FileJournal.Open(File))
        {
            Assert.Equal(Some[..2], await again.ReadAsync(Token));
            await again.AppendAsync(Some[2], Token);
        }

        using var atLast = FileJournal.Open(File);
        Assert.Equal(Some, await atLast.ReadAsync(Token));
    }

    [Fact]
    public async Task It_keeps_one_migration_so_that_it_does_not_grow()
    {
        await WriteAsync(Some);
        long size = new FileInfo(File).Length;
        await WriteAsync(Some);

        Assert.Equal(size, new FileInfo(File).Length);
        using var again = FileJournal.Open(File);
        Assert.Equal(Some, await again.ReadAsync(Token));
    }

    [Fact]
    public async Task A_line_that_was_cut_anywhere_was_never_there()
    {
        await WriteAsync(Some);
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File, Token);
        int last = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (int length = last; length < whole.Length; length++)
        {
            await System.IO.File.WriteAllBytesAsync(File, whole[..length], Token);
            using (var cut = FileJournal.Open(File))
            {
                Assert.Equal(Some[..2], await cut.ReadAsync(Token));
                await cut.AppendAsync(Some[2], Token);
            }

            Assert.Equal(whole, await System.IO.File.ReadAllBytesAsync(File, Token));
        }
    }

    [Fact]
    public async Task A_last_line_of_which_a_byte_is_wrong_was_never_there()
    {
        await WriteAsync(Some);
        byte[] whole = await System.IO.File.ReadAllBytesAsync(File, Token);
        int last = whole.AsSpan(0, whole.Length - 1).LastIndexOf((byte)'\n') + 1;
        for (int at = last; at < whole.Length - 1; at++)
        {
            byte[] spoilt = [.. whole];
            spoilt[at] ^= 0x11;
            await System.IO.File.WriteAllBytesAsync(File, spoilt, Token);
            using var journal = FileJournal.Open(File);
            Assert.Equal(Some[..2], await journal.ReadAsync(Token));
        }
    }

    [Fact]
    public async Task Damage_before_the_end_is_named_and_nothing_is_changed()
    {
        await WriteAsync(Some);
        byte[] spoilt = await System.IO.File.ReadAllBytesAsync(File, Token);
        spoilt[12] ^= 1;
        await System.IO.File.WriteAllBytesAsync(File, spoilt, Token);

        var damaged = Assert.Throws<MigrationJournalException>(() => FileJournal.Open(File));

        Assert.Contains($"{File} is damaged at byte 0, line 1", damaged.Message, StringComparison.Ordinal);
        Assert.Equal(spoilt, await System.IO.File.ReadAllBytesAsync(File, Token));
    }

    [Fact]
    public void It_is_held_by_one_only()
    {
        using var first = FileJournal.Open(File);
        var refused = Assert.Throws<MigrationJournalException>(() => FileJournal.Open(File));
        Assert.Contains(File, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void It_is_readable_by_its_owner_alone()
    {
        using var journal = FileJournal.Open(File);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        string missing = Path.Combine(_folder.FullName, "none", "100.journal");
        Assert.Contains(missing, Assert.Throws<MigrationJournalException>(() => FileJournal.Open(missing)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_an_entry_was_lost_no_other_is_taken()
    {
        var journal = FileJournal.Open(File);
        journal.Dispose();
        await Assert.ThrowsAsync<MigrationJournalException>(() => journal.AppendAsync(Some[0], Token).AsTask());
        var second = await Assert.ThrowsAsync<MigrationJournalException>(() => journal.AppendAsync(Some[1], Token).AsTask());
        Assert.Contains(File, second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_is_its_checksum_and_its_entry()
    {
        await WriteAsync(Some[..1]);
        Assert.Equal(
            """94a7b98d {"mark":"Begins","vmId":100,"step":"node2","at":"1970-01-01T00:00:00+00:00"}""" + "\n",
            Encoding.UTF8.GetString(await System.IO.File.ReadAllBytesAsync(File, Token)));
    }

    private async Task WriteAsync(IEnumerable<JournalEntry> entries)
    {
        using var journal = FileJournal.Open(File);
        foreach (var entry in entries)
        {
            await journal.AppendAsync(entry, Token);
        }
    }
}
