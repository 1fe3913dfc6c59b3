namespace Pve.Migration.Engine.Switchover;

/// <summary>What is known of a guest that is to go on on the target.</summary>
internal readonly record struct ResumeKnowledge
{
    /// <summary>Whether the target's monitor is in reach.</summary>
    public bool IsWatched { get; init; }

    /// <summary>Whether the guest is to be paused there, as it was on the source: nobody is told to resume it.</summary>
    public bool StaysPaused { get; init; }

    /// <summary>Whether the source's <c>completed</c> is the target's word.</summary>
    public bool HasReturnPath { get; init; }

    /// <summary>Whether the target was told.</summary>
    public bool IsTold { get; init; }

    /// <summary>Whether it was told a second time.</summary>
    public bool IsToldAgain { get; init; }

    /// <summary>What it answered when it was last told; null while it has not.</summary>
    public ResumeAnswer? Answer { get; init; }

    /// <summary>Whether its answer takes so long that the way there may have frozen.</summary>
    public bool IsLate { get; init; }

    /// <summary>The resume over the target's monitor.</summary>
    public Attempt ByMonitor { get; init; }

    /// <summary>Whether RESUME was waited for after an acceptance.</summary>
    public bool HasWaited { get; init; }

    /// <summary>What was seen of the guest there since it was last told.</summary>
    public Sight Seen { get; init; }
}
