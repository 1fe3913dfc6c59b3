using System.Buffers;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Transports;

namespace Pve.Migration.Tunnel;

// One greeted connection: one reader loop, one writer at a time, every wait with a deadline.
//
// A fault never touches the carrier: the forwarded sockets, and with them the RAM, go over the same ssh.
internal sealed class MtunnelSession : IAsyncDisposable
{
    private readonly IMtunnelConnection _connection;
    private readonly LineReader _lines;
    private readonly MtunnelClientOptions _options;
    private readonly string _name;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _streamEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _versionTimer;
    private readonly Task _loop;
    private readonly Lock _disposing = new();
    private Task _flush = Task.CompletedTask;
    private Task? _disposal;
    private bool _quit;

    public MtunnelSession(
        IMtunnelConnection connection, LineReader lines, MtunnelNegotiation negotiation, MtunnelClientOptions options, string name, ILogger logger)
    {
        (_connection, _lines, _options, _name, _logger) = (connection, lines, options, name, logger);
        Conversation = new MtunnelConversation(negotiation, connection.Ended, name, options.Secrets, logger);
        _versionTimer = options.TimeProvider.CreateTimer(
            static session => ((MtunnelSession)session!).OnVersionTimeout(), this, options.VersionTimeout, Timeout.InfiniteTimeSpan);

        if (Conversation.MustAskVersion)
        {
            _ = AskVersionAsync();
        }

        // not on another thread: a version that came together with the greeting is known before anybody can ask
        _loop = ReadLoopAsync();
    }

    public MtunnelConversation Conversation { get; }

    public string Name => _name;

    public Task<IForwardedSocket> ForwardAsync(SocketForward forward, CancellationToken cancellationToken) =>
        _connection.ForwardAsync(forward, cancellationToken);

    public async Task<MtunnelAnswer> ExchangeAsync(MtunnelCommand command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await ExchangeInTurnAsync(command, timeout, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    // The peer announced JSON: now it can be asked for the rest.
    private async Task AskVersionAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (Conversation.TryBeginVersion(_connection.Output))
            {
                _versionTimer.Change(_options.VersionTimeout, Timeout.InfiniteTimeSpan);
                await FlushWithinAsync(_options.VersionTimeout).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // the reader tells why
        }
        finally
        {
            _turn.Release();
        }
    }

    // A blank line fits no command of a text dialect, so it gets no reply. One under way is not disturbed, and one that cannot be sent
    // shows at the next command.
    public async Task WakeAsync()
    {
        if (!await _turn.WaitAsync(TimeSpan.Zero).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            if (Conversation.Fault is null && Conversation.Codec is { HasReplies: true, IgnoresBlankLines: true } && _flush.IsCompletedSuccessfully)
            {
                _connection.Output.Write("\n"u8);
                await FlushWithinAsync(_options.ResumeTimeout).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // the reader tells why
        }
        finally
        {
            _turn.Release();
        }
    }

    // A healthy tunnel that answers is quit by an exchange. One that does not answer is told and its end awaited. One whose answers
    // mean nothing any more is told and left alone.
    public async Task QuitAsync(MtunnelCommand quit, CancellationToken cancellationToken)
    {
        await AwaitDialectAsync(cancellationToken).ConfigureAwait(false);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_quit || Conversation.Fault is { IsFault: false })
            {
                return;
            }

            _quit = true;
            Conversation.BeginQuit();
            if (Conversation.Fault is null && Conversation.Codec is { HasReplies: true })
            {
                await ExchangeInTurnAsync(quit, _options.QuitTimeout, cancellationToken).ConfigureAwait(false);
            }
            else if (_flush.IsCompletedSuccessfully)
            {
                await TellQuitAsync(quit, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is MtunnelFaultedException or MtunnelConnectionException or IOException or InvalidOperationException)
        {
            // gone already, which is what quit asks for
        }
        finally
        {
            Conversation.SetFault(MtunnelFaultCause.Closed, "it was closed by quit");
            await CompleteOutputAsync().ConfigureAwait(false);
            _turn.Release();
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_disposing)
        {
            _disposal ??= DisposeCoreAsync();
        }

        return new ValueTask(_disposal);
    }

    // Once the command is handed over the caller's token stops the wait, not the wire: the outcome is then unknown, whoever gave up.
    private async Task<MtunnelAnswer> ExchangeInTurnAsync(MtunnelCommand command, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // armed first: whoever sees the command may already move the clock
        using var deadline = new CancellationTokenSource(timeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        Task<MtunnelReply> answer = Conversation.Begin(command, _connection.Output);
        long sent = _options.TimeProvider.GetTimestamp();

        // Not to be cancelled: a command left in the writer's buffer would be sent by the next flush, long after its caller was told
        // that nobody knows.
        _flush = FlushAsync();
        MtunnelReply reply = await AwaitReplyAsync(command, answer, timeout, either.Token, cancellationToken).ConfigureAwait(false);
        TimeSpan elapsed = _options.TimeProvider.GetElapsedTime(sent);
        _logger.TunnelAnswered(_name, command.ToString(), elapsed.TotalMilliseconds);
        return reply.Kind switch
        {
            MtunnelReplyKind.Ok => new MtunnelAnswer(elapsed, reply.Result),
            MtunnelReplyKind.Refused => throw new MtunnelRefusedException(command.ToString(), reply.Text, _name, tunnelUsable: Conversation.Fault is null),
            _ => throw NoReply(command, MtunnelNoReplyReason.Unreadable, $"{_name}: {reply.Text} is no answer"),
        };
    }

    private async Task<MtunnelReply> AwaitReplyAsync(
        MtunnelCommand command, Task<MtunnelReply> answer, TimeSpan timeout, CancellationToken either, CancellationToken callers)
    {
        try
        {
            await _flush.WaitAsync(either).ConfigureAwait(false);
            return await answer.WaitAsync(either).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (either.IsCancellationRequested)
        {
            return callers.IsCancellationRequested
                ? Abandon(command, answer, MtunnelNoReplyReason.Cancelled, $"{_name}: the caller stopped waiting", e)
                : Abandon(command, answer, MtunnelNoReplyReason.TimedOut, $"{_name}: none within {timeout.TotalSeconds:0.###} s", e);
        }
        catch (MtunnelLostException e)
        {
            throw NoReply(command, MtunnelNoReplyReason.ConnectionLost, e.Message);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return Abandon(command, answer, MtunnelNoReplyReason.ConnectionLost, Conversation.DescribeEnd(e.Message), e);
        }
    }

    private MtunnelReply Abandon(
        MtunnelCommand command, Task<MtunnelReply> answer, MtunnelNoReplyReason reason, string detail, Exception cause)
    {
        MtunnelFaultCause fault = reason == MtunnelNoReplyReason.ConnectionLost ? MtunnelFaultCause.ConnectionLost : MtunnelFaultCause.NoReply;
        return Conversation.TryAbandon(answer, fault, $"no answer to '{command}': {detail}")
            ? throw NoReply(command, reason, detail, cause)
            : answer.Result;
    }

    // The word is another in each dialect, and a peer that speaks JSON takes none of the others for it.
    private async Task AwaitDialectAsync(CancellationToken cancellationToken)
    {
        if (Conversation.Negotiated.IsCompleted)
        {
            return;
        }

        using var deadline = new CancellationTokenSource(_options.QuitTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        try
        {
            await Conversation.Negotiated.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            OnVersionTimeout();
        }
        catch (MtunnelException)
        {
            // one without a dialect is told and left alone
        }
    }

    private async Task TellQuitAsync(MtunnelCommand quit, CancellationToken cancellationToken)
    {
        bool waitForEnd = Conversation.Fault is null;
        using var deadline = new CancellationTokenSource(_options.QuitTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token);
        Conversation.CodecOfQuit.TryWriteCommand(quit, _connection.Output);
        _flush = FlushAsync();
        try
        {
            await _flush.WaitAsync(either.Token).ConfigureAwait(false);
            if (waitForEnd)
            {
                // ends as well a peer of another dialect that was taken for v0
                await CompleteOutputAsync().ConfigureAwait(false);
                await _streamEnded.Task.WaitAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested && deadline.IsCancellationRequested)
        {
            throw NoReply(MtunnelCommand.Quit, MtunnelNoReplyReason.TimedOut, $"{_name}: the stream did not end", e);
        }
    }

    private async Task ReadLoopAsync()
    {
        try
        {
            LineRead read;
            while ((read = await _lines.ReadAsync(_stop.Token).ConfigureAwait(false)).Kind == LineReadKind.Line)
            {
                Conversation.OnLine(read.Line.Span, read.More);
                if (Conversation.MustAskVersion)
                {
                    _ = AskVersionAsync();
                }
            }

            if (read.Kind == LineReadKind.TooLong)
            {
                Conversation.SetFault(MtunnelFaultCause.Protocol, MtunnelLineTooLongException.Describe(_options.MaxLineLength));
            }
            else
            {
                Conversation.OnEnd(read.Line.Span);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // whatever the carrier throws, it is lost, and every waiter is told
        catch (Exception e)
#pragma warning restore CA1031
        {
            Conversation.SetFault(MtunnelFaultCause.ConnectionLost, Conversation.DescribeEnd(e.Message));
        }
        finally
        {
            _streamEnded.TrySetResult();
        }
    }

    private void OnVersionTimeout()
    {
        try
        {
            Conversation.Settle("it kept silent");
        }
        catch (MtunnelException)
        {
            // faulted meanwhile, and everybody knows
        }
    }

    // Who has the turn and waits for a peer that does not read must not keep everybody else waiting for the turn.
    private async Task FlushWithinAsync(TimeSpan time)
    {
        _flush = FlushAsync();
        try
        {
            await _flush.WaitAsync(time, _options.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Conversation.SetFault(MtunnelFaultCause.NoReply, $"the peer did not read a line within {time.TotalSeconds:0.###} s");
        }
    }

    private async Task FlushAsync() => await _connection.Output.FlushAsync(CancellationToken.None).ConfigureAwait(false);

    // A writer that still flushes is not to be touched: ending the carrier ends it, as it does an end that the peer does not read. One that failed
    // drops what it holds.
    private async Task CompleteOutputAsync()
    {
        if (_flush.IsCompleted)
        {
            Task closing = _connection.Output.CompleteAsync(_flush.Exception?.InnerException).AsTask();
            closing.ForgetFailure();
            if (await closing.WithinAsync(_options.QuitTimeout, _options.TimeProvider).ConfigureAwait(false))
            {
                await closing.ConfigureAwait(false);
            }
        }
    }

    private static MtunnelNoReplyException NoReply(
        MtunnelCommand command, MtunnelNoReplyReason reason, string detail, Exception? cause = null) =>
        new(command.ToString(), reason, detail, cause);

    private async Task DisposeCoreAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Conversation.SetFault(MtunnelFaultCause.Closed, "it was disposed");
        await _versionTimer.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }
}
