namespace Pve.Migration.Testing;

/// <summary>A simulated VM, its host, and how it was started.</summary>
public sealed record SimulatedQemuOptions
{
    /// <summary>What messages call it.</summary>
    public string Name { get; init; } = "vm";

    /// <summary>Its host, whose part of the link it shares with others there; unless set, "target" for one with <see cref="Incoming"/>, and "source" for any other.</summary>
    public string? Host { get; init; }

    /// <summary>Whether it was started with <c>-incoming defer</c>.</summary>
    public bool Incoming { get; init; }

    /// <summary>Whether it was started with <c>-S</c>.</summary>
    public bool StartPaused { get; init; }

    /// <summary>The machine type, as <c>qom-get</c> tells it.</summary>
    public string MachineType { get; init; } = "pc-i440fx-7.2-machine";

    /// <summary>The RAM in bytes; 1 GiB unless set.</summary>
    public long MemoryBytes { get; init; } = 1L << 30;

    /// <summary>How fast the running guest dirties RAM, in bytes a second; 4 MiB unless set.</summary>
    public long DirtyBytesPerSecond { get; init; } = 4L << 20;

    /// <summary>
    /// What the first write to a page costs the guest each time dirty pages were looked for, so that it dirties fewer while it migrates; nothing unless set.
    /// </summary>
    public TimeSpan WriteFaultTime { get; init; }

    /// <summary>How much RAM the guest dirties over and over, in bytes; 64 MiB unless set. No more than this is ever dirty again.</summary>
    public long WorkingSetBytes { get; init; } = 64L << 20;

    /// <summary>The size of the device state in bytes; 64 KiB unless set.</summary>
    public long DeviceStateBytes { get; init; } = 64L << 10;

    /// <summary>How long opening the migration's channel takes; 2 ms unless set.</summary>
    public TimeSpan SetupTime { get; init; } = TimeSpan.FromMilliseconds(2);

    /// <summary>How long a target takes to load the device state; 5 ms unless set.</summary>
    public TimeSpan LoadTime { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>How long it takes until a dead peer is noticed while the stream flows; 20 ms unless set.</summary>
    public TimeSpan LossNoticedAfter { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Whether a last pass to a target that is frozen holds QEMU's lock, so that only out-of-band commands are answered, as over a unix socket whose buffer is
    /// full (QEMU 7.2); off unless set.
    /// </summary>
    public bool LocksUpInLastPass { get; init; }

    /// <summary>Whether a mirror can be told to hold the guest's writes back (<c>block-job-change</c>), as since QEMU 8.2; off unless set, as in QEMU 7.2.</summary>
    public bool ChangesBlockJobs { get; init; }

    /// <summary>How far the host's clock is ahead of the link's; it shows in the events' timestamps only.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>The guest's disks; none unless set.</summary>
    public IReadOnlyList<SimulatedDisk> Disks { get; init; } = [];

    internal string HostName => Host ?? (Incoming ? "target" : "source");

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Disks);
        foreach (var disk in Disks)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(disk.WrittenBytesPerSecond);
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBytes, 4096);
        ArgumentOutOfRangeException.ThrowIfNegative(DirtyBytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfNegative(WorkingSetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(DeviceStateBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(WriteFaultTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(SetupTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(LoadTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(LossNoticedAfter, TimeSpan.Zero);
    }
}
