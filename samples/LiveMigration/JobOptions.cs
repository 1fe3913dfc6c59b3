using LiveMigration.Crashes;
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

    public int BandwidthMiB { get; init; }

    public int? GoalPauseMs { get; init; }

    public int? GoalTimeS { get; init; }

    public GoalFallback? Else { get; init; }

    public bool PostCopy { get; init; }

    public bool Hold { get; init; }

    public bool Replicated { get; init; }

    public bool Tls { get; init; }

    public int? Multifd { get; init; }

    public bool Xbzrle { get; init; }

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

    /// <summary>Where the migration notes what it does; nowhere where this is null.</summary>
    public string? Journal { get; init; }

    public ChaosPoint? Chaos { get; init; }

    /// <summary>The journal of a migration that is to be recovered; null for migrations.</summary>
    public string? Recover { get; init; }

    public string? JsonFile { get; init; }

    public MigrationGoal? Goal => GoalPauseMs is not { } pause ? null : new MigrationGoal
    {
        Pause = TimeSpan.FromMilliseconds(pause),
        Time = TimeSpan.FromSeconds(GoalTimeS ?? 60),
        Else = Else ?? GoalFallback.Abort,
    };

    /// <summary>How ssh reaches the host; only with <see cref="SshHost"/>.</summary>
    public SshTransportOptions Ssh => new() { Host = SshHost!, ConfigFile = SshConfig };

    /// <summary>A source from before the series of 2017 closes its tunnel before the resume, and always sends the replication state.</summary>
    public MigrationProfile Profile
        => (Target == TargetKind.SshCommands ? MigrationProfile.Pve2017Before : MigrationProfile.Default) with
        {
            Polling = Polling,
            Convergence = PostCopy ? ConvergenceStrategy.PostCopyAfter(TimeSpan.FromMilliseconds(1)) : ConvergenceStrategy.ProxmoxDoubling,
        };

    /// <summary>A request with all that was asked for beside its ends.</summary>
    public MigrationRequest Ask(MigrationRequest request, MigrationControl control) => request with
    {
        MaxBandwidth = BandwidthMiB == 0 ? request.MaxBandwidth : BandwidthMiB * 1024L * 1024,
        Goal = Goal,
        Control = control,
    };
}
