using Pve.Migration.Testing.Guest;

namespace Pve.Migration.Testing;

/// <summary>A guest of 512 bytes that ticks 1000 times a second on its serial port and keeps rewriting a span of its RAM.</summary>
/// <remarks>
/// Each tick is 8 lower-case hex digits and a line feed on COM1, one after the other without a hole: what the target writes
/// goes on where the source stopped, even inside a line. After each tick the next <see cref="PagesPerTick"/> pages of the span
/// are filled with the number of that write, and where it has a disk, the next of its sectors with that of the tick. <see cref="GuestMemory"/> proves a dump of it, <see cref="SerialHeartbeat"/> listens.
/// </remarks>
public sealed class BootSectorGuest
{
    /// <summary>The largest span, in MiB: beyond it a PC has no RAM in one piece.</summary>
    public const int MaxSpanMiB = 2048;

    private readonly byte[] _image;

    /// <param name="spanMiB">The RAM it keeps rewriting, in MiB; 0 for a guest that only ticks.</param>
    /// <param name="pagesPerTick">Pages of 4 KiB rewritten a tick; null for the whole span about once a second, 0 for never.</param>
    /// <param name="writesDisk">Whether it writes a sector of its first IDE disk each tick; without such a disk it stops there.</param>
    /// <exception cref="ArgumentOutOfRangeException">The span is negative or beyond <see cref="MaxSpanMiB"/>, or a tick rewrites more than the span.</exception>
    public BootSectorGuest(int spanMiB = 16, int? pagesPerTick = null, bool writesDisk = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(spanMiB);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(spanMiB, MaxSpanMiB);
        Pages = spanMiB * (1024 * 1024 / HeartbeatSector.PageSize);
        PagesPerTick = pagesPerTick ?? (Pages + 999) / 1000;
        ArgumentOutOfRangeException.ThrowIfNegative(PagesPerTick, nameof(pagesPerTick));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(PagesPerTick, Pages, nameof(pagesPerTick));
        SpanMiB = spanMiB;
        _image = HeartbeatSector.Build(Pages, PagesPerTick, writesDisk ? GuestDisk.Sectors : 0);
    }

    /// <summary>The RAM it keeps rewriting, in MiB.</summary>
    public int SpanMiB { get; }

    /// <summary>The RAM it keeps rewriting, in pages of 4 KiB.</summary>
    public int Pages { get; }

    /// <summary>How many pages it rewrites a tick.</summary>
    public int PagesPerTick { get; }

    /// <summary>The least RAM a machine for it needs, in MiB.</summary>
    public int MinimumMemoryMiB => 4 + SpanMiB;

    /// <summary>The boot sector.</summary>
    public ReadOnlyMemory<byte> Image => _image;

    /// <summary>Writes the boot sector to a file, a disk image of one sector.</summary>
    public Task WriteAsync(string path, CancellationToken cancellationToken = default) =>
        File.WriteAllBytesAsync(path, _image, cancellationToken);
}
