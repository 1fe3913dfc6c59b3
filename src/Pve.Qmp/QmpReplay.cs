using System.IO.Pipelines;
using Pve.Qmp.Transcripts;

namespace Pve.Qmp;

/// <summary>Plays the server's side of a recorded conversation to a client, the same way every time.</summary>
/// <remarks>
/// The server's lines come in the recorded order. A reply comes as long after its command as it was recorded, all else as long after the line
/// before it; whatever the client sends must be a command of the transcript. Commands that were in flight together may come in another
/// order. Ids are the client's own, the order of members does not matter, and a masked value matches any. Events keep their recorded timestamps.
/// <para>It ends as the recording did: waiting for the client to close, closing, breaking, or in the middle of a line.</para>
/// </remarks>
/// <example>
/// <code>
/// await using var replay = new QmpReplay(await QmpTranscript.LoadAsync("vm100.qmp.txt", cancellationToken));
/// await using (var replayed = await QmpClient.ConnectAsync(replay.Connection, "a replay", cancellationToken: cancellationToken))
/// {
///     await replayed.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
/// }
///
/// await replay.Completion; // throws where the client did something else than in the transcript
/// </code>
/// </example>
public sealed class QmpReplay : IAsyncDisposable
{
    private readonly ReplayServer _server;

    /// <summary>Begins to play; the client is awaited, and has as long as it likes.</summary>
    /// <exception cref="QmpTranscriptException">It has a gap, a reply to no command, or a command that is not JSON.</exception>
    /// <exception cref="ArgumentException">It is not one conversation; take one of <see cref="QmpTranscript.Conversations"/>.</exception>
    public QmpReplay(QmpTranscript transcript, QmpReplayOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(transcript);
        options ??= new QmpReplayOptions();
        if (transcript.Conversations.Count != 1)
        {
            throw new ArgumentException(
                $"The transcript has {transcript.Conversations.Count} conversations; replay one of its {nameof(QmpTranscript.Conversations)}.",
                nameof(transcript));
        }

        var script = new ReplayScript(transcript.Entries, options.AllowStrayReplies);
        (Connection, var pipe) = ReplayPipe.CreatePair();
        _server = new ReplayServer(script, pipe, options.AsFastAsPossible ? null : options.TimeProvider);
    }

    /// <summary>The client's end, for <see cref="QmpClient.ConnectAsync(IDuplexPipe, string, QmpClientOptions?, CancellationToken)"/>.</summary>
    public IDuplexPipe Connection { get; }

    /// <summary>Completes when all was played and ended as recorded; fails with a <see cref="QmpReplayException"/> that says why not.</summary>
    public Task Completion => _server.Completion;

    /// <summary>Ends the replay; the client loses its connection, and where not all was played, <see cref="Completion"/> says so.</summary>
    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
