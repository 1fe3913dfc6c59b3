using System.Numerics;
using System.Runtime.InteropServices;
using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>How the guest's RAM travels. What not both QEMUs can is left out, and reported, but for <see cref="Tls"/> and <see cref="Descriptor"/>.</summary>
public sealed record TransferPolicy
{
    private const int MostChannels = 255;
    private const long Page = 4096;

    /// <summary>Encrypts it, and the disks that are mirrored; nothing is encrypted by QEMU unless set.</summary>
    public MigrationTls? Tls { get; init; }

    /// <summary>Over how many connections beside the first one (multifd), 1 to 255; 0, which it is unless set, is none.</summary>
    /// <remarks>It is left out where the guest may go ahead of its RAM.</remarks>
    public int MultifdChannels { get; init; }

    /// <summary>How those compress; not at all unless set.</summary>
    public MultifdCompression MultifdCompression { get; init; } = MultifdCompression.None;

    /// <summary>Whether of a page that was sent before only the difference is sent (XBZRLE); off unless set.</summary>
    public bool UsesXbzrle { get; init; }

    /// <summary>The memory that the source keeps sent pages in for that, a power of two of bytes; a tenth of the RAM, rounded up to one, unless set.</summary>
    public long? XbzrleCacheBytes { get; init; }

    /// <summary>
    /// Whether pages that a guest ahead of its RAM waits for overtake the others, over a connection of their own (pre-empt); off unless set, since the way
    /// to the target must then keep the order in which connections are made.
    /// </summary>
    public bool PreemptsPostCopy { get; init; }

    /// <summary>
    /// Whether the dirty bitmaps of all disks travel along, such as those of backups; off unless set. Refused beside a <see cref="MigrationDisk.Bitmap"/>: one of
    /// that name begins at the target while the others arrive, and a target that has it already does not load the guest (QEMU 7.2).
    /// </summary>
    public bool CarriesBitmaps { get; init; }

    /// <summary>
    /// A connected socket that the source's QEMU sends to instead of connecting, and gets a copy of; the caller's to close. None unless set. It takes a
    /// monitor over a unix socket.
    /// </summary>
    public SafeHandle? Descriptor { get; init; }

    internal void Validate()
    {
        Tls?.Validate();
        if (MultifdChannels is < 0 or > MostChannels)
        {
            throw new ArgumentException($"{nameof(MultifdChannels)} is {MultifdChannels}; it must be within 0 to {MostChannels}.");
        }

        if (MultifdChannels == 0 && MultifdCompression != MultifdCompression.None)
        {
            throw new ArgumentException($"{nameof(MultifdCompression)} is that of {nameof(MultifdChannels)}, which are none.");
        }

        if (MultifdChannels > 0 && UsesXbzrle)
        {
            throw new ArgumentException($"{nameof(UsesXbzrle)} does not go with {nameof(MultifdChannels)}: they send whole pages.");
        }

        if (XbzrleCacheBytes is { } cache && (!UsesXbzrle || cache < Page || !BitOperations.IsPow2(cache)))
        {
            throw new ArgumentException($"{nameof(XbzrleCacheBytes)} is {cache}; it must be a power of two, {Page} at least, and goes with {nameof(UsesXbzrle)}.");
        }

        if (Descriptor is not null && (MultifdChannels > 0 || PreemptsPostCopy))
        {
            throw new ArgumentException($"{nameof(Descriptor)} is one connection; {nameof(MultifdChannels)} and {nameof(PreemptsPostCopy)} need more.");
        }
    }
}
