namespace QmpShell.Language;

/// <summary><c>help</c>, or <c>help NAME</c>.</summary>
internal sealed record HelpLine(string? Topic) : ShellLine;
