namespace QmpShell.Completion;

/// <summary>What may stand at the cursor.</summary>
/// <param name="Start">Where the word begins.</param>
/// <param name="Text">What to put in its place: the part that all choices have in common, or the only choice.</param>
/// <param name="Choices">The choices.</param>
internal sealed record CompletionResult(int Start, string Text, IReadOnlyList<Choice> Choices)
{
    /// <summary>The choices, all of which continue <paramref name="word"/>.</summary>
    public static CompletionResult Of(int start, string word, IReadOnlyList<Choice> choices) => new(start, choices switch
    {
        [] => word,
        [var only] => only.Text + only.Suffix,
        [var first, .. ] => choices.Aggregate(first.Text, (common, choice) => common[..common.AsSpan().CommonPrefixLength(choice.Text)]),
    }, choices);
}
