namespace Pve.Migration.Engine.Recovery;

/// <summary>What a journal tells of its last migration.</summary>
/// <param name="Stage">How far it may have come.</param>
/// <param name="Begun">The steps that may have been carried out, in order.</param>
/// <param name="Found">What has to be put back, by what it is.</param>
/// <param name="Failure">Why it went back; null where it did not.</param>
/// <param name="Ended">The outcome's entry; null where it was not told.</param>
internal sealed record JournalStory(
    JournalStage Stage, IReadOnlyList<string> Begun, IReadOnlyDictionary<string, string> Found, MigrationFailure? Failure, JournalEntry? Ended)
{
    public const string Claims = "claims";

    /// <summary>What becomes of a journal whose outcome is not known.</summary>
    public const string WayOut = "Once the guest surely runs on one side alone, recover the journal again; where that cannot tell either, and it is settled, remove the journal.";

    /// <summary>The steps that were carried out.</summary>
    public IReadOnlySet<string> Done { get; private init; } = new HashSet<string>();

    /// <summary>Whether the target had said that it claims the guest first, each time it was about to be told to let it run.</summary>
    public bool IsClaimed { get; private init; }

    /// <summary>Whether a migration was begun whose outcome is not known.</summary>
    public bool IsOpen => Stage != JournalStage.Nothing && Ended?.Step is not (nameof(MigrationOutcome.Migrated) or nameof(MigrationOutcome.RolledBack));

    /// <summary>How it ended, where it has.</summary>
    public MigrationOutcome Outcome => Ended?.Step == nameof(MigrationOutcome.Migrated)
        ? new MigrationOutcome.Migrated()
        : new MigrationOutcome.RolledBack(Failure ?? new MigrationFailure(Recovery.Name, "Nothing was begun."));

    /// <exception cref="MigrationJournalException">It is another guest's.</exception>
    public static JournalStory Read(IReadOnlyList<JournalEntry> entries, int vmId)
    {
        if (entries.FirstOrDefault(entry => entry.VmId != vmId) is { } stranger)
        {
            throw new MigrationJournalException($"The journal is of VM {stranger.VmId}, not of VM {vmId}.");
        }

        var (stage, isComplete, failure, ended) = (JournalStage.Nothing, false, default(MigrationFailure), default(JournalEntry));
        var claims = new List<bool>();
        var begun = new List<string>();
        var done = new HashSet<string>();
        var found = new Dictionary<string, string>();
        foreach (var entry in entries)
        {
            switch (entry.Mark)
            {
                case JournalMark.Begins:
                    (stage, isComplete, failure, ended) = (JournalStage.Preparing, false, null, null);
                    claims.Clear();
                    begun.Clear();
                    done.Clear();
                    found.Clear();
                    break;
                case JournalMark.Intends when entry.Step == MigrationPlan.Resume:
                    claims.Add(entry.Detail == Claims);
                    stage = JournalStage.Committing;
                    break;
                case JournalMark.Intends:
                    begun.Add(entry.Step);
                    break;
                case JournalMark.Found:
                    found[entry.Step] = entry.Detail ?? "";
                    break;
                case JournalMark.Done when entry.Step == MigrationPlan.Resume:
                    stage = JournalStage.Committed;
                    break;
                case JournalMark.Done when entry.Step == MigrationPlan.LastPass:
                    isComplete = true;
                    break;
                case JournalMark.Done:
                    done.Add(entry.Step);
                    break;
                case JournalMark.GoesBack:
                    (stage, failure) = (JournalStage.GoingBack, new MigrationFailure(entry.Step, entry.Detail ?? "It failed."));
                    break;
                case JournalMark.Ended:
                    ended = entry;
                    break;
            }
        }

        return new JournalStory(stage == JournalStage.Committing && isComplete ? JournalStage.Complete : stage, begun, found, failure, ended)
        {
            Done = done,
            IsClaimed = claims.Count > 0 && claims.TrueForAll(static claimed => claimed),
        };
    }
}
