using Pve.Migration;

namespace LiveMigration;

/// <summary>What the command line asked for.</summary>
internal sealed record JobOptions
{
    public const int VmId = 100;

    public int Runs { get; init; } = 1;

    public int RamMiB { get; init; } = 256;

    public int DirtyMiB { get; init; } = 16;

    public IReadOnlyList<int> DisksMiB { get; init; } = [];

    public MtunnelDialect Dialect { get; init; } = MtunnelDialect.V1;

    public PollingStrategy Polling { get; init; } = PollingStrategy.EventDriven;

    public TargetKind Target { get; init; } = TargetKind.Tunnel;

    public string? SshHost { get; init; }

    public string? SshConfig { get; init; }

    public string? Mtunnel { get; init; }

    public string? Qemu { get; init; }

    public string? TargetQemu { get; init; }

    public bool Simulate { get; init; }

    public bool DryRun { get; init; }

    public string? JsonFile { get; init; }

    /// <summary>How ssh reaches the host; only with <see cref="SshHost"/>.</summary>
    public SshTransportOptions Ssh => new() { Host = SshHost!, ConfigFile = SshConfig };

    /// <summary>A source from before the series of 2017 closes its tunnel before the resume, and always sends the replication state.</summary>
    public MigrationProfile Profile
        => (Target == TargetKind.SshCommands ? MigrationProfile.Pve2017Before : MigrationProfile.Default) with { Polling = Polling };
}
