namespace QmpShell.Language;

/// <summary>A line that cannot be read; nothing was sent.</summary>
internal sealed class LineException(string message) : Exception(message);
