namespace Pve.Migration.Engine.Switchover;

/// <summary>What is known of a guest that is to be given back to the source.</summary>
internal readonly record struct RollbackKnowledge
{
    /// <summary>Whether the copy was begun: before, nothing was done to the guest.</summary>
    public bool HasCopied { get; init; }

    /// <summary>Whether the target may have been told to resume.</summary>
    public bool MayHaveRun { get; init; }

    /// <summary>Whether something that this process did not send may still let it run.</summary>
    public bool MayResume { get; init; }

    /// <summary>Whether somebody paused the guest on purpose.</summary>
    public bool StaysPaused { get; init; }

    /// <summary>Whether the target's monitor is, or was, listened to.</summary>
    public bool IsWatched { get; init; }

    /// <summary>Whether the target may hold the whole guest.</summary>
    public bool MayHaveLoaded { get; init; }

    /// <summary>Whether the guest was seen running on the target.</summary>
    public bool WasSeenRunning { get; init; }

    /// <summary>Whether the source lives, or ended with its guest; null where that was not asked.</summary>
    public bool? IsSourceThere { get; init; }

    /// <summary>Whether the target is proven dead; null where that was not tried.</summary>
    public bool? IsTargetEnded { get; init; }

    /// <summary>Whether the target's monitor was lost before that, so that not all was heard.</summary>
    public bool WasDeaf { get; init; }

    /// <summary>Whether what it said last was read to its end.</summary>
    public bool HasHeardOut { get; init; }

    /// <summary>Whether the target has lost its right to run the guest, and never used it; null where that was not tried.</summary>
    public bool? IsRevoked { get; init; }

    /// <summary>Whether the journal tells that it goes back.</summary>
    public bool IsNoted { get; init; }

    /// <summary>What the guest does on the source.</summary>
    public Sight Guest { get; init; }

    /// <summary>Whether the source may have sent all of the guest; null where that was not asked.</summary>
    public bool? MayHaveSentAll { get; init; }

    /// <summary>Whether what was done was undone, with all that guards the guest; null before.</summary>
    public bool? IsUndone { get; init; }

    /// <summary>Whether the target surely does not run the guest any more: the source's may go on.</summary>
    public bool IsTargetHarmless => IsTargetEnded == true || IsRevoked == true;
}
