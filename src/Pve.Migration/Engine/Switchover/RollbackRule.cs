namespace Pve.Migration.Engine.Switchover;

/// <summary>How the guest is given back to the source, from what is known. Pure: a test walks through every state of it.</summary>
internal static class RollbackRule
{
    /// <summary>The next move.</summary>
    public static RollbackMove Next(RollbackKnowledge known)
        => known.IsUndone is null ? MakeHarmless(known) ?? GiveBack(known) : Judge(known);

    /// <returns>Null once the target is harmless, or cannot be made so.</returns>
    private static RollbackMove? MakeHarmless(RollbackKnowledge known) => known switch
    {
        // Whoever let it run there: a guest that has run on the target has left the source.
        { WasSeenRunning: true } => RollbackMove.HasLeft,

        // A target that has loaded may be all that is left of the guest. One that has not holds nothing, and while it lives it may be what keeps the source's
        // monitor from answering.
        { HasCopied: true, MayHaveLoaded: true, IsSourceThere: null } => RollbackMove.SeeSource,
        { HasCopied: true, MayHaveLoaded: true, IsSourceThere: false } => RollbackMove.KeepTarget,

        // Without its right to run, a target that is not proven dead is as good as that; nobody waits for its end inside the pause.
        { IsTargetEnded: null, IsRevoked: not true } => RollbackMove.EndTarget,
        { IsTargetEnded: false, IsRevoked: null, HasCopied: true } => RollbackMove.Revoke,

        // Somebody may have let it run before its end, if not a resume of ours that was on its way.
        { IsTargetEnded: true, IsRevoked: not true, IsWatched: true, HasHeardOut: false } and ({ HasCopied: true } or { MayHaveRun: true }) => RollbackMove.HearOut,
        { IsTargetEnded: true, IsRevoked: not true, MayHaveRun: true, WasDeaf: true } => RollbackMove.Unheard,

        // Not sooner: should this process die, the next one takes it for proof that the guest has not run there.
        { IsTargetHarmless: true, MayHaveRun: true, IsNoted: false } => RollbackMove.Note,
        _ => null,
    };

    // QEMU's own 'failed' or 'cancelled' proves nothing of a target that may have all of the guest.
    private static RollbackMove GiveBack(RollbackKnowledge known) => known switch
    {
        { Guest: Sight.None } => RollbackMove.AskSource,
        { Guest: Sight.Silent } => RollbackMove.Silent,
        { IsTargetHarmless: true } => RollbackMove.Undo,
        { HasCopied: true, MayResume: true } or { HasCopied: true, Guest: Sight.Ended } => RollbackMove.Unproven,
        { MayHaveSentAll: null } => RollbackMove.AskStream,
        { HasCopied: true, MayHaveSentAll: true, Guest: not Sight.Runs } => RollbackMove.Unproven,
        _ => RollbackMove.Undo,
    };

    // Before the copy nothing was done to the guest: it is as it was. Later it may be as somebody else, or itself, wanted it. What is undone beside a target
    // that may live takes time, in which the stream may have come to its end.
    private static RollbackMove Judge(RollbackKnowledge known) => known switch
    {
        { IsUndone: false } => RollbackMove.Unguarded,
        { Guest: Sight.None } => RollbackMove.AskSource,
        { Guest: Sight.Silent } or { Guest: Sight.Stands, HasCopied: true, StaysPaused: false } => RollbackMove.Stuck,
        { IsTargetHarmless: false, HasCopied: true, MayHaveSentAll: null } => RollbackMove.AskStream,
        { IsTargetHarmless: false, HasCopied: true, MayHaveSentAll: true } => RollbackMove.Ghost,
        _ => RollbackMove.GivenBack,
    };
}
