namespace QmpShell.Terminal;

/// <summary>What stands before a line.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ink">The sequence that colours it; empty for none.</param>
internal sealed record Prompt(string Text, string Ink);
