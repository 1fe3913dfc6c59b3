namespace QmpShell.Completion;

/// <summary>One way to go on.</summary>
/// <param name="Text">The whole word.</param>
/// <param name="Label">What a list of several shows.</param>
/// <param name="Suffix">What follows the word when it is the only one.</param>
internal sealed record Choice(string Text, string Label, string Suffix);
