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

    /// <summary>How long the copy may stand still, without a byte sent, before it is given up; 60 seconds unless set.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long what is left of the disks may be no less than it ever was while they are mirrored for the first time; 10 minutes unless set. A guest that writes
    /// as fast as its disks are mirrored keeps them from ever being alike, and since bytes do move, <see cref="StallTimeout"/> does not end that. It is long,
    /// since such a guest may become quieter by itself.
    /// </summary>
    public TimeSpan MirrorTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long the target may take to say that it has loaded, once the source is done, and how much longer than the downtime limit the last of
    /// the copy may keep the guest paused; 30 seconds unless set.
    /// </summary>
    public TimeSpan LoadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one step between the copy and the resume may take, such as the handover of the ownership; 60 seconds unless set.</summary>
    public TimeSpan PausedStepTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long the target may take to answer the resume before it counts as no answer; 90 seconds unless set. A tunnel has its own, shorter deadline, and where
    /// the target's monitor is in reach, the guest is resumed over that after half a second.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How long RESUME may take once the target has accepted to resume; 5 seconds unless set.</summary>
    public TimeSpan ResumeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long it is tried to mend the connection of a guest that went ahead of its RAM, whose two halves wait meanwhile; 10 minutes unless set.
    /// </summary>
    public TimeSpan MendTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The time that each part of undoing or cleaning up has for itself, whatever the caller cancels; 60 seconds unless set.</summary>
    public TimeSpan RollbackTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock of every delay and deadline; the system's unless set.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the migrator logs; nowhere unless set.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        Check(SetupTimeout, nameof(SetupTimeout));
        Check(StallTimeout, nameof(StallTimeout));
        Check(MirrorTimeout, nameof(MirrorTimeout));
        Check(LoadTimeout, nameof(LoadTimeout));
        Check(PausedStepTimeout, nameof(PausedStepTimeout));
        Check(AnswerTimeout, nameof(AnswerTimeout));
        Check(ResumeTimeout, nameof(ResumeTimeout));
        Check(MendTimeout, nameof(MendTimeout));
        Check(RollbackTimeout, nameof(RollbackTimeout));
        ArgumentNullException.ThrowIfNull(Profile);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }

    // What a timer cannot hold would only show in the middle of a migration.
    private static void Check(TimeSpan timeout, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, TimeSpan.FromDays(24), name);
    }
}
