namespace QmpShell.Language;

/// <summary>What a line asks for.</summary>
internal abstract record ShellLine;
