namespace QmpShell.Language;

/// <summary><c>exit</c>: leaves the shell; the VM is left as it is.</summary>
internal sealed record ExitLine : ShellLine;
