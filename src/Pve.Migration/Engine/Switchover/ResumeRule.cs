namespace Pve.Migration.Engine.Switchover;

/// <summary>What is done at the commit point, from what is known. Pure: a test walks through every state of it.</summary>
internal static class ResumeRule
{
    /// <summary>The next move.</summary>
    public static ResumeMove Next(ResumeKnowledge known) => known switch
    {
        { StaysPaused: true } => Paused(known),
        { IsTold: false } => ResumeMove.Tell, // though somebody may have let it run: over there more than cont may hang on it
        { Answer: null, IsLate: false } => ResumeMove.Await,
        { Seen: Sight.Runs } => ResumeMove.Runs,
        { Answer: null, ByMonitor: Attempt.None } => ResumeMove.TellByMonitor,
        { Answer: null } => ResumeMove.Await,
        { IsWatched: true } => Watched(known),
        _ => Unwatched(known),
    };

    private static ResumeMove Paused(ResumeKnowledge known) => known switch
    {
        { Seen: Sight.Runs } => ResumeMove.Runs,
        { IsWatched: true, Seen: Sight.None } => ResumeMove.Look,
        { IsWatched: true, Seen: not Sight.Silent } or { IsWatched: false, HasReturnPath: true } => ResumeMove.StaysPaused,
        _ => ResumeMove.GiveUp,
    };

    // Whatever was answered, the monitor tells. A refusal is believed where that says so: who refuses may have given up after it sent cont.
    // A resume over the monitor that is on its way comes to its end first: nothing is given back beside it.
    private static ResumeMove Watched(ResumeKnowledge known) => known switch
    {
        { Answer: ResumeAnswer.Accepted, HasWaited: false } => ResumeMove.AwaitRun,
        { ByMonitor: Attempt.UnderWay } => ResumeMove.AwaitMonitor,
        { Answer: ResumeAnswer.Refused, Seen: Sight.None } => ResumeMove.Look,
        { Answer: ResumeAnswer.Refused, Seen: Sight.Stands } => ResumeMove.NeverRan,
        { Answer: not ResumeAnswer.Refused, ByMonitor: Attempt.None } => ResumeMove.TellByMonitor,
        _ => ResumeMove.Unknown,
    };

    // The target's word is all there is: an acceptance is believed, the rest is asked about. Without an answer the resume may come yet, so forward.
    private static ResumeMove Unwatched(ResumeKnowledge known) => known switch
    {
        { Answer: ResumeAnswer.Accepted } => ResumeMove.Runs,
        { Seen: Sight.None } => ResumeMove.Look,
        { Answer: ResumeAnswer.Refused, Seen: Sight.Stands, IsToldAgain: false } => ResumeMove.NeverRan,
        { Answer: ResumeAnswer.Unknown, IsToldAgain: false } => ResumeMove.TellAgain,
        _ => ResumeMove.Unknown,
    };
}
