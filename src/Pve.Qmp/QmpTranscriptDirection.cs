namespace Pve.Qmp;

/// <summary>What an entry of a <see cref="QmpTranscript"/> is.</summary>
/// <example>
/// <code>
/// var transcript = await QmpTranscript.LoadAsync("vm100.qmp.txt", cancellationToken);
/// var commands = transcript.Entries.Count(entry => entry.Direction == QmpTranscriptDirection.Sent);
/// </code>
/// </example>
public enum QmpTranscriptDirection
{
    /// <summary>A line of the client, written <c>-&gt;</c>.</summary>
    Sent,

    /// <summary>A line of the server, written <c>&lt;-</c>.</summary>
    Received,

    /// <summary>The beginning of a server's line whose end never came, written <c>&lt;~</c>.</summary>
    CutOff,

    /// <summary>A beginning, an end or a gap, written <c>==</c>.</summary>
    Mark,
}
