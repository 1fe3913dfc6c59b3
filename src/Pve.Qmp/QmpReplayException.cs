namespace Pve.Qmp;

/// <summary>The client did something else than in the transcript, so the replay ended.</summary>
/// <example>
/// <code>
/// await using var replay = new QmpReplay(await QmpTranscript.LoadAsync("vm100.qmp.txt", cancellationToken));
/// try
/// {
///     await replay.Completion;
/// }
/// catch (QmpReplayException e)
/// {
///     Console.Error.WriteLine($"line {e.Line}: expected {e.Expected}, got {e.Actual}");
/// }
/// </code>
/// </example>
public sealed class QmpReplayException : Exception
{
    /// <summary>Creates the failure.</summary>
    public QmpReplayException(int line, string expected, string actual)
        : base(line > 0 ? $"Line {line} of the transcript: expected {expected}, got {actual}." : $"Expected {expected}, got {actual}.")
        => (Line, Expected, Actual) = (line, expected, actual);

    /// <summary>The transcript's line that was due, counted from 1; 0 where it was not read from a text, or has no line left.</summary>
    public int Line { get; }

    /// <summary>What the transcript has there: the command, or the end.</summary>
    public string Expected { get; }

    /// <summary>What the client did: its command, or that it closed.</summary>
    public string Actual { get; }
}
