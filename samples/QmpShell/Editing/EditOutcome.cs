namespace QmpShell.Editing;

/// <summary>What a key led to.</summary>
internal enum EditOutcome
{
    /// <summary>The line may have changed.</summary>
    Edited,

    /// <summary>The line is finished.</summary>
    Submitted,

    /// <summary>The line is given up.</summary>
    Abandoned,

    /// <summary>There will be no more lines.</summary>
    Ended,

    /// <summary>The word at the cursor is to be completed.</summary>
    CompletionWanted,

    /// <summary>The screen is to be cleared.</summary>
    ClearWanted,
}
