namespace Pve.Migration.Engine.Recovery;

/// <summary>Where the guest goes, from what the journal tells and what both sides say. Pure: a test walks through every state of it.</summary>
internal static class RecoveryRule
{
    /// <summary>Whether the guest may go back where the target, which cannot be asked, has lost the right to run it without having used that.</summary>
    public static bool MayGoBackWithoutDeath(JournalStage stage, SourceView source, TargetView target)
        => target == TargetView.Unreachable && stage != JournalStage.Committed && source is SourceView.Runs or SourceView.Paused or SourceView.Finished;

    /// <summary>The move, and why.</summary>
    public static (RecoveryMove Move, string Why) Decide(JournalStage stage, SourceView source, TargetView target) => (stage, source, target) switch
    {
        (_, SourceView.Torn, _) => (RecoveryMove.Ask, "The guest went ahead of its RAM, and part of that is on the source alone."),
        (_, _, TargetView.Stood) => (RecoveryMove.Ask, "The guest may have run on the target, and does not run there."),
        (_, SourceView.Runs, TargetView.Runs) => (RecoveryMove.Ask, "The guest runs on both sides."),
        (JournalStage.Committed, SourceView.Runs, _) => (RecoveryMove.Ask, "The guest has run on the target, and an older one runs on the source."),
        (< JournalStage.Committing, SourceView.Unreachable, TargetView.Runs) =>
            (RecoveryMove.Ask, "The guest runs on the target, which this migration has not told to resume, and the source does not answer."),
        (_, _, TargetView.Runs) => (RecoveryMove.Finish, "The guest runs on the target."),

        // The source goes on by itself when its stream fails. Unless the target may have been told to resume, nothing lets that one run.
        (< JournalStage.Committing, SourceView.Runs, _) => (RecoveryMove.KeepOnSource, "The guest runs on the source."),
        (_, SourceView.Runs, _) => (RecoveryMove.Back, "The guest runs on the source, and is not seen running on the target."),

        (JournalStage.Committed, SourceView.Finished, TargetView.Loaded) => (RecoveryMove.Finish, "The guest is paused on the target."),
        (JournalStage.Committed, _, _) => (RecoveryMove.Ask, "The guest has run on the target, and does not run there any more: the source's is older."),

        // Not where the source's stream is still under way: should it fail after all, QEMU lets the source's guest go on beside the target's.
        // A target that is not seen to have loaded has, where the source is finished; a resume may be on its way there.
        (>= JournalStage.Committing, SourceView.Finished, TargetView.Loaded or TargetView.Waits) or (JournalStage.Complete, SourceView.Unreachable, TargetView.Loaded) =>
            (RecoveryMove.Forward, "The target has loaded the guest, and waits to be told to resume."),
        (_, SourceView.Unreachable, _) => (RecoveryMove.Ask, "The source does not answer."),
        (>= JournalStage.Committing, _, TargetView.Unreachable) => (RecoveryMove.Ask, "The target may have been told to resume, and does not answer."),
        _ => (RecoveryMove.Back, "The guest has not run on the target."),
    };
}
