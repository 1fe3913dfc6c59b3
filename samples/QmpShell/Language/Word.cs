namespace QmpShell.Language;

/// <summary>A word of a line.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="Text">The word, with its quotes.</param>
/// <param name="Open">The quote or bracket that it lacks at its end.</param>
internal readonly record struct Word(int Start, string Text, char? Open)
{
    public int End => Start + Text.Length;

    /// <summary>What stands before the first <c>=</c>; all of it where there is none.</summary>
    public string Key => Text.Split('=', 2)[0];

    /// <summary>What stands behind the first <c>=</c>, if there is one.</summary>
    public string? Value => Text.Split('=', 2) is [_, var value] ? value : null;
}
