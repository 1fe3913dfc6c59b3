namespace Pve.Migration.Engine.Recovery;

/// <summary>How far a journal tells that a migration may have come.</summary>
internal enum JournalStage
{
    /// <summary>Nothing was begun.</summary>
    Nothing,

    /// <summary>The target was not told to resume.</summary>
    Preparing,

    /// <summary>It goes back, and the target was not told to resume, or surely did not.</summary>
    GoingBack,

    /// <summary>The target may have been told to resume; whether the source had sent everything is not told.</summary>
    Committing,

    /// <summary>The target may have been told to resume, and the source had sent everything: it does not go on by itself any more.</summary>
    Complete,

    /// <summary>The guest was seen running on the target.</summary>
    Committed,
}
