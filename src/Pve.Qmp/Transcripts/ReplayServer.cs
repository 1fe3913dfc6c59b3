using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Pve.Qmp.Framing;

namespace Pve.Qmp.Transcripts;

/// <summary>Plays a script: hears commands at any time, says each line when its time has come and what it needs was heard.</summary>
/// <remarks>One task does it all, so what happens depends on the client and the clock alone. Without a clock no time passes.</remarks>
internal sealed class ReplayServer : IAsyncDisposable
{
    private const int MaxCommandBytes = 1 << 28;
    private const int FlushBytes = 64 * 1024;

    private readonly ReplayScript _script;
    private readonly IDuplexPipe _pipe;
    private readonly QmpMessageReader _commands;
    private readonly ReplayClock _clock;
    private readonly CancellationTokenSource _disposing = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private Task<byte[]?> _next;
    private int _played;
    private bool _clientClosed;

    public ReplayServer(ReplayScript script, IDuplexPipe pipe, TimeProvider? time)
    {
        (_script, _pipe, _clock) = (script, pipe, new ReplayClock(time));
        _commands = new QmpMessageReader(pipe.Input, MaxCommandBytes, "the client");
        _next = ReadAsync();
        _running = Task.Run(RunAsync);
    }

    public Task Completion => _completion.Task;

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        await _next.ConfigureAwait(false);
        await _pipe.Output.CompleteAsync().ConfigureAwait(false);
        await _pipe.Input.CompleteAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            foreach (var line in _script.Lines)
            {
                await PlayAsync(line).ConfigureAwait(false);
            }

            await EndAsync().ConfigureAwait(false);
            _completion.TrySetResult();
        }
        catch (Exception e)
        {
            var reason = e is OperationCanceledException ? Failure("the end of the replay, which was disposed") : e;
            _completion.TrySetException(reason);
            _ = _completion.Task.Exception; // a caller that does not look must not raise UnobservedTaskException
            await _pipe.Output.CompleteAsync(new IOException(reason.Message)).ConfigureAwait(false); // the client's calls say it, too
        }
    }

    private async Task PlayAsync(ReplayLine line)
    {
        while (!IsHeard(line))
        {
            await HearAsync().ConfigureAwait(false);
        }

        line.PlayedAt = Due(line);
        await WaitUntilAsync(line.PlayedAt).ConfigureAwait(false);
        _pipe.Output.Write(line.ToWire().Span);
        _played++;
        if (_pipe.Output.UnflushedBytes > FlushBytes)
        {
            await FlushAsync().ConfigureAwait(false);
        }
    }

    private async Task EndAsync()
    {
        var end = _script.End?.Mark ?? new Mark(MarkKind.ClosedByUs);
        if (end.Kind is MarkKind.ClosedByUs or MarkKind.RecordingEnded)
        {
            while (!_clientClosed)
            {
                await HearAsync(mayClose: _script.Commands.Next is null).ConfigureAwait(false);
            }

            return;
        }

        while (_script.Commands.Next is not null)
        {
            await HearAsync().ConfigureAwait(false);
        }

        // A client that read what is no QMP closes by itself.
        var due = After(_script.Commands.Count, _script.Lines.Count, _script.End!.Value.Entry.Time);
        await WaitUntilAsync(due, mayClose: end.Kind == MarkKind.ProtocolError).ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false); // a pipe that fails forgets what was not read
        await _pipe.Output.CompleteAsync(end.Kind == MarkKind.Lost ? new IOException(end.Detail ?? "lost") : null).ConfigureAwait(false);
    }

    // A reply needs its command, and may be what later commands wait for; any other line may be the effect of all commands before it.
    private bool IsHeard(ReplayLine line)
        => line.Answers is { } command ? command.ArrivedAt is not null : _script.Commands.AreHeard(line.CommandsBefore);

    private TimeSpan Due(ReplayLine line)
    {
        var due = line.Answers is { } command
            ? HeardAt(command) + (line.Entry.Time - command.Entry.Time)
            : After(line.CommandsBefore, line.Index, line.Entry.Time);
        var before = PlayedAt(line.Index);
        return due < before ? before : due;
    }

    // As long after the last of so many commands and lines as it was recorded.
    private TimeSpan After(int commands, int lines, TimeSpan recorded)
        => commands > 0 && _script.Commands[commands - 1] is var command && command.LinesBefore == lines
            ? HeardAt(command) + (recorded - command.Entry.Time)
            : PlayedAt(lines) + (recorded - (lines > 0 ? _script.Lines[lines - 1].Entry.Time : _script.StartTime));

    // A command may come before the lines that were before it; then it counts from when those are played.
    private TimeSpan HeardAt(ReplayCommand command)
    {
        var (arrived, before) = (command.ArrivedAt!.Value, PlayedAt(command.LinesBefore));
        return arrived < before ? before : arrived;
    }

    private TimeSpan PlayedAt(int lines) => lines > 0 ? _script.Lines[lines - 1].PlayedAt : TimeSpan.Zero;

    private async Task WaitUntilAsync(TimeSpan due, bool mayClose = false)
    {
        while (!_clock.IsDue(due) && !_clientClosed)
        {
            await FlushAsync().ConfigureAwait(false);
            using var alarm = _clock.Set(due);
            if (await Task.WhenAny(alarm.Rung, _next).WaitAsync(_disposing.Token).ConfigureAwait(false) == _next)
            {
                await HearAsync(mayClose).ConfigureAwait(false);
            }
        }
    }

    private async Task HearAsync(bool mayClose = false)
    {
        await FlushAsync().ConfigureAwait(false);
        var line = await _next.WaitAsync(_disposing.Token).ConfigureAwait(false);
        _disposing.Token.ThrowIfCancellationRequested();
        if (line is not null)
        {
            Take(line);
            _next = ReadAsync();
            return;
        }

        _clientClosed = true;
        if (!mayClose)
        {
            throw Failure("the client's end of the conversation");
        }
    }

    // Lines that are due together are flushed together, so that a client that leaves after the first has read them all.
    private async Task FlushAsync()
    {
        if (_pipe.Output.UnflushedBytes > 0)
        {
            await _pipe.Output.FlushAsync(_disposing.Token).ConfigureAwait(false);
        }
    }

    private void Take(byte[] line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, ReplayScript.Reading);
            if (!_script.Commands.TryHear(document.RootElement, _clock.Now))
            {
                throw Failure(EscapedText.Encode(line));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Failure(EscapedText.Encode(line));
        }
    }

    private QmpReplayException Failure(string actual)
    {
        var due = _script.Commands.Next?.Entry ?? (_played < _script.Lines.Count ? _script.Lines[_played].Entry : _script.End?.Entry);
        var expected = due is null ? "no further command" : $"{TranscriptFormat.Arrow(due.Direction)} {due.Text}";
        return new QmpReplayException(due?.Line ?? 0, expected, actual);
    }

    // Null where the client closed, in whatever way, or the replay is disposed.
    private async Task<byte[]?> ReadAsync()
    {
        try
        {
            ReadOnlySequence<byte> line;
            while (!_commands.TryTake(out line))
            {
                if (!await _commands.ReadAsync(_disposing.Token).ConfigureAwait(false))
                {
                    return null;
                }
            }

            return line.ToArray();
        }
        catch (Exception)
        {
            return null;
        }
    }
}
