using System.Globalization;
using System.Security.Cryptography;

namespace Pve.Migration.Testing.Guest;

/// <summary>The disks of one host, as files and as QEMU's arguments.</summary>
internal static class TravellingDisks
{
    public const int Most = 4;
    private const int PatchLength = 64 * 1024;

    public static string ImageIn(string folder, int disk) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"disk{disk}.raw"));

    /// <summary>Makes the images; the first host's hold something that must travel, beyond what the guest writes.</summary>
    public static async Task CreateAsync(string folder, IReadOnlyList<int> sizesMiB, bool filled, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var (disk, size) in sizesMiB.Index())
        {
            var image = File.Create(ImageIn(folder, disk));
            await using var closing = image.ConfigureAwait(false);
            image.SetLength(size * 1024L * 1024);
            for (var patch = GuestDisk.Length; filled && patch < image.Length; patch += 1024 * 1024)
            {
                image.Position = patch;
                await image.WriteAsync(RandomNumberGenerator.GetBytes(PatchLength), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public static async Task CopyAsync(string one, string other, CancellationToken cancellationToken)
    {
        var (from, to) = (File.OpenRead(one), File.OpenWrite(other));
        await using var closingFrom = from.ConfigureAwait(false);
        await using var closingTo = to.ConfigureAwait(false);
        await from.CopyToAsync(to, cancellationToken).ConfigureAwait(false);
    }

    public static async Task<bool> AreAlikeAsync(string one, string other, long from, CancellationToken cancellationToken)
    {
        var (first, second) = (File.OpenRead(one), File.OpenRead(other));
        await using var closingFirst = first.ConfigureAwait(false);
        await using var closingSecond = second.ConfigureAwait(false);
        var (ours, theirs) = (new byte[1024 * 1024], new byte[1024 * 1024]);
        first.Position = second.Position = from;
        while (true)
        {
            var read = await first.ReadAtLeastAsync(ours, ours.Length, false, cancellationToken).ConfigureAwait(false);
            var beside = await second.ReadAtLeastAsync(theirs, theirs.Length, false, cancellationToken).ConfigureAwait(false);
            if (!ours.AsSpan(0, read).SequenceEqual(theirs.AsSpan(0, beside)))
            {
                return false;
            }

            if (read < ours.Length)
            {
                return true;
            }
        }
    }

    public static IEnumerable<string> Arguments(string folder, int count)
    {
        for (var disk = 0; disk < count; disk++)
        {
            var image = Path.GetFullPath(ImageIn(folder, disk)).Replace(",", ",,", StringComparison.Ordinal);
            yield return "-blockdev";
            yield return string.Create(CultureInfo.InvariantCulture, $"driver=raw,node-name=disk{disk},file.driver=file,file.filename={image}");
            yield return "-device";
            yield return string.Create(CultureInfo.InvariantCulture, $"ide-hd,drive=disk{disk},bus=ide.{disk / 2},unit={disk % 2}");
        }
    }
}
