namespace Pve.Migration;

/// <summary>What is wanted of a migration, instead of knobs: pause at most so long, be done within so long, else do that.</summary>
/// <remarks>
/// QEMU's downtime limit begins low and is raised, only while the passes over the RAM do not shrink, up to <see cref="Pause"/> less the fixed part of
/// the pause: loading and handover, as this <see cref="LiveMigrator"/> has measured them. <see cref="MigrationRequest.DowntimeLimit"/> does not count
/// then, and a <see cref="ConvergenceStrategy"/> cannot raise it further.
/// </remarks>
public sealed record MigrationGoal
{
    /// <summary>The longest pause from STOP to RESUME; from 1 ms to <see cref="Time"/>.</summary>
    public required TimeSpan Pause { get; init; }

    /// <summary>How long the migration, its disks included, may take until the pause can be kept; at most 24 days.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>What is done where that is not kept; the migration is undone unless set.</summary>
    public GoalFallback Else { get; init; } = GoalFallback.Abort;

    /// <summary>The goal in one line.</summary>
    public override string ToString() => $"pause at most {Pause.TotalMilliseconds:0.###} ms, within {Time.TotalSeconds:0.###} s, else {Else}";

    internal void Validate()
    {
        if (Pause < TimeSpan.FromMilliseconds(1) || Pause > ConvergenceStrategy.MaxDowntimeLimit)
        {
            throw new ArgumentException($"The goal's {nameof(Pause)} is {Pause}; it must be within 1 ms to 2,000 s.");
        }

        if (Time < Pause)
        {
            throw new ArgumentException($"The goal contradicts itself: a pause of up to {Pause} is allowed, and all must be done within {Time}.");
        }

        if (Time > TimeSpan.FromDays(24))
        {
            throw new ArgumentException($"The goal's {nameof(Time)} is {Time}; it must be at most 24 days.");
        }

        if (!Enum.IsDefined(Else))
        {
            throw new ArgumentException($"The goal's {nameof(Else)} is {Else}; there is no such fallback.");
        }
    }
}
