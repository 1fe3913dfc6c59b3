using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Pve.Migration.Testing.Guest;

namespace Pve.Migration.Testing;

/// <summary>Proves from outside that a <see cref="BootSectorGuest"/>'s RAM is intact, given a dump of it.</summary>
/// <remarks>
/// The dump is the one range [<see cref="Address"/>, +<see cref="Length"/>), taken while the guest is paused, for example with
/// QMP's <c>pmemsave</c>. It is
/// <code>
/// 1 page    uint32 tick, uint32 W (writes completed, low 32 bits), the rest unused
/// P pages   page i is full of one v, the largest v ≤ W with v ≡ i + 1 (mod P)
/// </code>
/// except that the page under the pen, i = W mod P, may begin with W + 1 while the tick has writes left to do.
/// </remarks>
public sealed class GuestMemory
{
    private const int PageSize = HeartbeatSector.PageSize;
    private const int ChunkPages = 64;

    private readonly int _pages;
    private readonly int _pagesPerTick;

    /// <param name="guest">The guest the dumps are of.</param>
    public GuestMemory(BootSectorGuest guest)
    {
        ArgumentNullException.ThrowIfNull(guest);
        _pages = guest.Pages;
        _pagesPerTick = guest.PagesPerTick;
    }

    /// <summary>The physical address where the dump begins.</summary>
    public static long Address => HeartbeatSector.StateAddress;

    /// <summary>The length of the dump in bytes.</summary>
    public long Length => (1L + _pages) * PageSize;

    /// <summary>Checks a dump in memory.</summary>
    public GuestMemoryResult Check(ReadOnlySpan<byte> dump)
    {
        if (dump.Length != Length)
        {
            return WrongLength(dump.Length);
        }

        var (writes, result) = CheckCounters(dump[..PageSize]);
        return result.Intact ? CheckPages(result, writes, 0, dump[PageSize..]) : result;
    }

    /// <summary>Checks a dump that is read in pieces, to its end.</summary>
    /// <exception cref="IOException">The stream can't be read.</exception>
    public async Task<GuestMemoryResult> CheckAsync(Stream dump, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dump);
        var buffer = new byte[ChunkPages * PageSize];
        var length = await dump.ReadAtLeastAsync(buffer.AsMemory(0, PageSize), PageSize, false, cancellationToken).ConfigureAwait(false);
        if (length < PageSize)
        {
            return WrongLength(length);
        }

        var (writes, result) = CheckCounters(buffer.AsSpan(0, PageSize));
        for (var page = 0; result.Intact && page < _pages; page += ChunkPages)
        {
            var chunk = buffer.AsMemory(0, Math.Min(ChunkPages, _pages - page) * PageSize);
            var read = await dump.ReadAtLeastAsync(chunk, chunk.Length, false, cancellationToken).ConfigureAwait(false);
            if (read < chunk.Length)
            {
                return WrongLength(((1L + page) * PageSize) + read);
            }

            result = CheckPages(result, writes, page, chunk.Span);
        }

        return result.Intact && await dump.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) > 0
            ? Broken(result, $"The dump is longer than {Length} bytes.")
            : result;
    }

    /// <summary>Checks a dump in a file.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public async Task<GuestMemoryResult> CheckAsync(string path, CancellationToken cancellationToken = default)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.SequentialScan);
        await using (file.ConfigureAwait(false))
        {
            return await CheckAsync(file, cancellationToken).ConfigureAwait(false);
        }
    }

    // Tick t begins with P + K(t-1) writes done and ends with P + Kt. The guest keeps the low 32 bits; the tick tells the rest.
    private (long Writes, GuestMemoryResult Result) CheckCounters(ReadOnlySpan<byte> state)
    {
        var ticks = BinaryPrimitives.ReadUInt32LittleEndian(state);
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(state[4..]);
        if (ticks == 0)
        {
            return (0, new(false, 0, 0, $"The guest has not ticked yet, after {stored} page writes."));
        }

        var most = MostWrites(ticks);
        var behind = unchecked((uint)most - stored);
        if (behind > _pagesPerTick)
        {
            var expected = $"{most - _pagesPerTick} to {most}";
            return (0, new(false, ticks, 0, $"At tick {ticks} there must be {expected} page writes, found {stored} (low 32 bits)."));
        }

        return (most - behind, new(true, ticks, most - behind, null));
    }

    private long MostWrites(uint ticks) => _pages + (_pagesPerTick * (long)ticks);

    private GuestMemoryResult CheckPages(GuestMemoryResult soFar, long writes, int first, ReadOnlySpan<byte> bytes)
    {
        var pen = _pages == 0 ? 0 : writes % _pages;
        var writing = writes < MostWrites(soFar.Ticks);
        for (var i = 0; i * PageSize < bytes.Length; i++)
        {
            var page = first + i;
            var words = MemoryMarshal.Cast<byte, uint>(bytes.Slice(i * PageSize, PageSize));

            // pages below the pen were written in this sweep, the others in the one before
            var expected = unchecked((uint)(writes - pen + page + 1 - (page < pen ? 0 : _pages)));
            var begun = page == pen && writing ? words.IndexOfAnyExcept(unchecked((uint)(writes + 1))) : 0;
            var wrong = begun < 0 ? -1 : words[begun..].IndexOfAnyExcept(expected);
            if (wrong >= 0)
            {
                var at = begun + wrong;
                var address = HeartbeatSector.SpanAddress + ((long)page * PageSize) + (at * 4);
                return Broken(soFar, $"Page {page}, word {at} (address 0x{address:x}): expected {expected}, found {words[at]}, after {writes} writes.");
            }
        }

        return soFar;
    }

    private GuestMemoryResult WrongLength(long length) =>
        new(false, 0, 0, $"The dump has {length} bytes, a whole one has {Length}.");

    private static GuestMemoryResult Broken(GuestMemoryResult soFar, string discrepancy) =>
        soFar with { Intact = false, Discrepancy = discrepancy };
}
