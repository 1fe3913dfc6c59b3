using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pve.Migration;

/// <summary>What a <see cref="LiveMigrator"/> does in every migration.</summary>
public sealed record LiveMigratorOptions
{
    /// <summary>How migrations are run; <see cref="MigrationProfile.Default"/> unless set.</summary>
    public MigrationProfile Profile { get; init; } = MigrationProfile.Default;

    /// <summary>How long QEMU may take to open the channel to the target; 30 seconds unless set.</summary>
    public TimeSpan SetupTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the target may take to say that it has loaded, once the source is done; 30 seconds unless set.</summary>
    public TimeSpan LoadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long RESUME may take once the target has accepted to resume; 5 seconds unless set.</summary>
    public TimeSpan ResumeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The time that undoing a failed or cancelled migration has for itself; 60 seconds unless set.</summary>
    public TimeSpan RollbackTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock of every delay and deadline; the system's unless set.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the migrator logs; nowhere unless set.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(SetupTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(LoadTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ResumeTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RollbackTimeout, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(Profile);
    }
}
