namespace Pve.Migration;

/// <summary>How a migration ended: one of three, and never a guess.</summary>
public abstract record MigrationOutcome
{
    private MigrationOutcome()
    {
    }

    /// <summary>The outcome in one line.</summary>
    public sealed override string ToString() => this switch
    {
        RolledBack rolledBack => $"{nameof(RolledBack)} ({rolledBack.Failure})",
        Unknown unknown => $"{nameof(Unknown)} ({unknown.Failure} {string.Join(" ", unknown.Evidence)})",
        _ => nameof(Migrated),
    };

    /// <summary>The guest runs on the target, or is paused there as it was on the source.</summary>
    public sealed record Migrated : MigrationOutcome
    {
        /// <summary>Whether it is paused there: somebody had paused it on the source, and it was not told to resume.</summary>
        public bool IsPaused { get; init; }
    }

    /// <summary>
    /// The guest is the source's as before, and the target is ended; where the end of one that never had all of the guest could not be proven, a warning says so.
    /// It runs there unless somebody had paused it, or it has ended by itself, which the failure says then.
    /// </summary>
    /// <param name="Failure">Why.</param>
    public sealed record RolledBack(MigrationFailure Failure) : MigrationOutcome;

    /// <summary>It cannot be proven where the guest runs; nothing was done that could make it run twice.</summary>
    /// <param name="Failure">What led here.</param>
    /// <param name="Evidence">What is known of both sides.</param>
    /// <param name="NextActions">What is safe to do now.</param>
    public sealed record Unknown(MigrationFailure Failure, IReadOnlyList<string> Evidence, IReadOnlyList<string> NextActions) : MigrationOutcome;
}
