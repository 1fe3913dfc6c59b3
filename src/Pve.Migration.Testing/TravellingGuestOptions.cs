namespace Pve.Migration.Testing;

/// <summary>What a <see cref="TravellingGuest"/> is booted with.</summary>
public sealed record TravellingGuestOptions
{
    /// <summary>Where its hosts' sockets lie; made if it is not there. Keep it short: a socket's path holds 107 bytes.</summary>
    public required string Directory { get; init; }

    /// <summary>Its number; it names the sockets of each host.</summary>
    public int VmId { get; init; } = 100;

    /// <summary>Its RAM in MiB.</summary>
    public int MemoryMiB { get; init; } = 64;

    /// <summary>How much of it is rewritten all the time, in MiB.</summary>
    public int SpanMiB { get; init; } = 16;

    /// <summary>How many pages of it are rewritten a tick, of which there are 1000 a second; null for the whole span about once a second.</summary>
    public int? PagesPerTick { get; init; }

    /// <summary>
    /// Its disks, up to four, each by its size in MiB: raw images, at every host its own, as the block nodes <c>disk0</c>, <c>disk1</c> and so on. It
    /// writes the first one all the time; none unless set.
    /// </summary>
    public IReadOnlyList<int> DisksMiB { get; init; } = [];

    /// <summary>The QEMU of its first host.</summary>
    public string Binary { get; init; } = QemuInstall.DefaultBinary;

    /// <summary>The QEMU of its further hosts; null for the same.</summary>
    public string? TargetBinary { get; init; }

    /// <summary>The machine type; null for the newest that both QEMUs know.</summary>
    public string? Machine { get; init; }

    /// <summary>Whether its QEMUs end with this process, however that ends; see <see cref="QemuProcessOptions.DiesWithUs"/>.</summary>
    public bool DiesWithUs { get; init; } = true;

    /// <summary>More arguments of QEMU's, at every host; none unless set.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];
}
