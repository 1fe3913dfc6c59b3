namespace QmpShell.Language;

/// <summary>A line for the human monitor.</summary>
internal sealed record HmpLine(string Text) : ShellLine;
