namespace Pve.Migration.Engine.Switchover;

/// <summary>When the target may be told to resume, and where what came of it leads. Pure: a test walks through every state of it.</summary>
internal static class CommitRule
{
    /// <summary>Whether the guest is all on the target, and the source's never goes on by itself any more.</summary>
    /// <param name="isSent">Whether the source says that its stream is complete.</param>
    /// <param name="isLoaded">Whether the target says so; null where it cannot: then the source's word is its return path's.</param>
    public static bool MayCommit(bool isSent, bool? isLoaded) => isSent && isLoaded != false;

    /// <summary>What follows.</summary>
    /// <param name="verdict">What the resume came to.</param>
    /// <param name="hasGoneAhead">Whether the guest went ahead of its RAM.</param>
    /// <param name="isTakenUp">Whether an earlier process may have told the target as well: a refusal is no proof then, since the guest may have run, and ended, before.</param>
    /// <param name="isRevoked">Whether the target has lost its right to run the guest; null where that was not tried.</param>
    public static Aftermath After(ResumeVerdict verdict, bool hasGoneAhead, bool isTakenUp, bool? isRevoked) => (verdict, hasGoneAhead, isTakenUp, isRevoked) switch
    {
        (ResumeVerdict.Runs, _, _, _) or (ResumeVerdict.StaysPaused, false, _, _) => Aftermath.Finish,
        (_, true, _, _) => Aftermath.Tear,
        (ResumeVerdict.NeverRan, _, false, _) or (_, _, _, true) => Aftermath.GoBack,
        (_, _, _, null) => Aftermath.Revoke,
        _ => Aftermath.Leave,
    };
}
