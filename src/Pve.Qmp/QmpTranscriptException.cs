namespace Pve.Qmp;

/// <summary>A text is no transcript, or one that cannot be replayed; <see cref="Line"/> says where.</summary>
/// <example>
/// <code>
/// try
/// {
///     QmpTranscript.Parse("qmp-transcript 1 yesterday");
/// }
/// catch (QmpTranscriptException e)
/// {
///     Console.Error.WriteLine($"line {e.Line}: {e.Message}");
/// }
/// </code>
/// </example>
public sealed class QmpTranscriptException : FormatException
{
    /// <summary>Creates the failure of line <paramref name="line"/>.</summary>
    public QmpTranscriptException(int line, string message, Exception? innerException = null)
        : base(line > 0 ? $"Line {line}: {message}" : message, innerException)
        => Line = line;

    /// <summary>The line, counted from 1; 0 where the entry was not read from a text.</summary>
    public int Line { get; }
}
