namespace Pve.Qmp;

/// <summary>How a <see cref="QmpReplay"/> plays.</summary>
/// <example>
/// <code>
/// var transcript = await QmpTranscript.LoadAsync("vm100.qmp.txt", cancellationToken);
/// await using var replay = new QmpReplay(transcript, new QmpReplayOptions { AsFastAsPossible = true });
/// </code>
/// </example>
public sealed record QmpReplayOptions
{
    /// <summary>The clock on which the recorded distances pass; the system's unless set.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Whether no time passes between a command and its reply, nor before an event; off unless set.</summary>
    public bool AsFastAsPossible { get; init; }

    /// <summary>Whether a reply to no command of the transcript is played as it is, instead of refused; off unless set.</summary>
    public bool AllowStrayReplies { get; init; }
}
