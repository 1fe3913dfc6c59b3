using System.Globalization;

namespace Mtunnel.Hosting;

/// <summary>A disk that was made here: <c>STORAGE/FILE</c> in the folder of the storages.</summary>
internal sealed record Volume(string Drive, string Storage, string File, string Format, long Bytes)
{
    /// <summary>What Proxmox VE calls a volume's id.</summary>
    public string Id => $"{Storage}:{File}";

    /// <summary>The disk's line of a configuration.</summary>
    public string DriveString => string.Create(CultureInfo.InvariantCulture, $"{Id},size={Size}");

    /// <summary>The name of its NBD export, and of its drive or node in the template.</summary>
    public string Export => $"drive-{Drive}";

    public string PathIn(string disks) => Path.Combine(disks, Storage, File);

    private string Size => Bytes switch
    {
        _ when Bytes % (1L << 30) == 0 => $"{(Bytes >> 30).ToString(CultureInfo.InvariantCulture)}G",
        _ when Bytes % (1L << 20) == 0 => $"{(Bytes >> 20).ToString(CultureInfo.InvariantCulture)}M",
        _ when Bytes % (1L << 10) == 0 => $"{(Bytes >> 10).ToString(CultureInfo.InvariantCulture)}K",
        _ => Bytes.ToString(CultureInfo.InvariantCulture),
    };
}
