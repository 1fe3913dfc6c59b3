namespace Pve.Migration.Engine.Switchover;

/// <summary>What is known of the guest on the target after it was told to resume.</summary>
internal enum ResumeVerdict
{
    /// <summary>It was seen running there.</summary>
    Runs,

    /// <summary>It is paused there, as it was on the source: nobody was told to resume it.</summary>
    StaysPaused,

    /// <summary>The target refused, and nobody saw it run: once the target is proven dead, the source may have it back.</summary>
    NeverRan,

    /// <summary>It may have run there.</summary>
    Unknown,
}
