namespace Pve.Migration.Testing;

/// <summary>What a <see cref="QemuProcess"/> is started with.</summary>
public sealed record QemuProcessOptions
{
    /// <summary>Where the sockets lie and QEMU works; made if it is not there. Two ends of a migration need two directories.</summary>
    public required string Directory { get; init; }

    /// <summary>The VM's id: it names the sockets, <c>{VmId}.qmp</c> and <c>{VmId}.watch.qmp</c>.</summary>
    public required string VmId { get; init; }

    /// <summary>QEMU's binary: a path, or a name that PATH finds.</summary>
    public string Binary { get; init; } = QemuInstall.DefaultBinary;

    /// <summary>The machine type. <c>pc</c> is the same on both ends only if their QEMUs have one version: see <see cref="QemuInstall.SharedMachine"/>.</summary>
    public string Machine { get; init; } = "pc";

    /// <summary>The guest's RAM in MiB; it gets 8 KiB more, without which QEMUs before 9.0 lose stores of a migrating TCG guest.</summary>
    public int MemoryMiB { get; init; } = 32;

    /// <summary>A raw image to boot from, opened read-only as a floppy disk; null for none.</summary>
    public string? BootImage { get; init; }

    /// <summary>The VM's name, as a process list shows it; null for none.</summary>
    public string? Name { get; init; }

    /// <summary>Whether it waits for a migration (<c>-incoming defer</c>).</summary>
    public bool Incoming { get; init; }

    /// <summary>Whether it waits for <c>cont</c> (<c>-S</c>).</summary>
    public bool Paused { get; init; }

    /// <summary>A file or FIFO that the serial port is written to, such as that of <see cref="SerialHeartbeat.Listen"/>; null for <see cref="QemuProcess.TakeSerial"/>.</summary>
    public string? SerialPath { get; init; }

    /// <summary>Further arguments, after all others.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];

    /// <summary>How long QEMU may take until its monitors answer; 30 seconds unless told.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the kernel kills QEMU when this process dies, however it dies. Takes <c>setpriv</c>; without it nothing happens.</summary>
    public bool DiesWithUs { get; init; } = true;
}
