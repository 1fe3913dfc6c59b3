using static Pve.Migration.MigrationPhase;

namespace Pve.Migration.Engine;

/// <summary>The phases a migration goes through. A transition outside the table throws and changes nothing.</summary>
internal sealed class PhaseTracker
{
    private static readonly Dictionary<MigrationPhase, MigrationPhase[]> Table = new()
    {
        [Preparing] = [Copying, RollingBack],
        [Copying] = [SwitchingOver, RollingBack],
        [SwitchingOver] = [Committing, RollingBack],
        [Committing] = [CleaningUp, RollingBack, Ended],
        [CleaningUp] = [Ended],
        [RollingBack] = [Ended],
        [Ended] = [],
    };

    public MigrationPhase Current { get; private set; } = Preparing;

    /// <summary>For a run that is taken up after a crash: as far as that had come.</summary>
    public void TakeUp(MigrationPhase at) => Current = at;

    /// <exception cref="InvalidOperationException">The table has no such transition.</exception>
    public void Enter(MigrationPhase next)
    {
        if (next == Current)
        {
            return;
        }

        if (!Table[Current].Contains(next))
        {
            throw new InvalidOperationException($"A migration cannot go from {Current} to {next}.");
        }

        Current = next;
    }
}
