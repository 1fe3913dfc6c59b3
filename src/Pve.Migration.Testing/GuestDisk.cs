using System.Buffers.Binary;

namespace Pve.Migration.Testing;

/// <summary>Proves from outside that what a <see cref="BootSectorGuest"/> wrote to its disk is all there.</summary>
/// <remarks>
/// The guest writes one sector a tick, in turn over the first <see cref="Sectors"/>: sector s begins with one t (uint32), the largest t ≤ T with
/// t ≡ s (mod <see cref="Sectors"/>), where T is the latest tick written. It waits for each before the next.
/// </remarks>
public static class GuestDisk
{
    /// <summary>How many sectors of 512 bytes it writes in turn, from the first one on.</summary>
    public const int Sectors = 2048;

    /// <summary>The bytes that it writes, from the first one on.</summary>
    public const int Length = Sectors * 512;

    /// <summary>Checks what it wrote; it is paused, or was when this was read.</summary>
    /// <param name="written">The disk's first <see cref="Length"/> bytes, which were zero before its first tick.</param>
    public static GuestDiskResult Check(ReadOnlySpan<byte> written)
    {
        if (written.Length != Length)
        {
            return new GuestDiskResult(0, $"{written.Length} bytes of the disk instead of {Length}");
        }

        uint latest = 0;
        for (var sector = 0; sector < Sectors; sector++)
        {
            latest = Math.Max(latest, Tick(written, sector));
        }

        for (var sector = 0; sector < Sectors; sector++)
        {
            var behind = (latest - (uint)sector) % Sectors;
            var expected = behind > latest ? 0 : latest - behind;
            if (Tick(written, sector) is var found && found != expected)
            {
                return new GuestDiskResult(latest, $"sector {sector} holds tick {found} instead of {expected}");
            }
        }

        return new GuestDiskResult(latest, null);
    }

    private static uint Tick(ReadOnlySpan<byte> written, int sector) => BinaryPrimitives.ReadUInt32LittleEndian(written[(sector * 512)..]);
}
