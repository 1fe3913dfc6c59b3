using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pve.Qmp.Diagnostics;
using Pve.Qmp.Framing;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Session;

/// <summary>A negotiated conversation: one reader, one writer, and one reason of its end that reaches every waiter.</summary>
internal sealed class QmpSession : IAsyncDisposable
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1); // those of a peer that reads no more

    private readonly IDuplexPipe _pipe;
    private readonly QmpMessageReader _lines;
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly IWireTap? _tap;
    private readonly ILogger _logger;
    private readonly PendingCalls _pending = new();
    private readonly EventNames _eventNames = new();
    private readonly SemaphoreSlim _writeGate = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<QmpException?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private long _lastId;
    private long _lateReplies;
    private long _unmatchedReplies;

    public QmpSession(IDuplexPipe pipe, QmpMessageReader lines, string name, QmpClientOptions options, IWireTap? tap, ILogger logger)
    {
        (_pipe, _lines, _name, _time, _tap, _logger) = (pipe, lines, name, options.TimeProvider, tap, logger);
        PeerProcessId = (pipe as SocketPipe)?.ReadPeerProcess(); // not later: who runs may end it
        _running = Task.Run(RunAsync);
    }

    public EventHub Events { get; } = new();

    public Task<QmpException?> Ended => _ended.Task;

    public long LateReplies => Interlocked.Read(ref _lateReplies);

    public long UnmatchedReplies => Interlocked.Read(ref _unmatchedReplies);

    /// <summary>Whether a command can take a file descriptor along.</summary>
    public bool CarriesDescriptors => _pipe is SocketPipe { CarriesDescriptors: true };

    /// <summary>The process at the other end, where the kernel tells.</summary>
    public int? PeerProcessId { get; }

    public Task<TResult> ExecuteAsync<TArguments, TResult>(
        QmpCommand<TArguments, TResult> command, TArguments arguments, TimeSpan timeout, bool outOfBand, SafeHandle? descriptor, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var call = new PendingCall<TResult>(id, command.Name, outOfBand, descriptor, timeout, command.Result);
        try
        {
            QmpCommandWriter.Write(
                command.Name, arguments, command.Arguments, id, outOfBand, call, static (call, line) => call.SetLine(line));
            call.Watch(_pending, _time, cancellationToken);
            if (!_pending.TryAdd(call))
            {
                call.ReleaseLine();
            }
        }
        catch (Exception e)
        {
            call.Refuse(e);
        }

        Write();
        return call.Result;
    }

    public async ValueTask DisposeAsync()
    {
        End(null);
        await _running.ConfigureAwait(false);
    }

    // One writes at a time, and whoever has something to write while another one does leaves it to them.
    private void Write()
    {
        while (_pending.HasReady && _writeGate.Wait(0))
        {
            var writing = WriteReadyAsync();
            if (!writing.IsCompleted)
            {
                _ = FinishAsync(writing);
                return;
            }

            _writeGate.Release();
        }
    }

    private async Task FinishAsync(Task writing)
    {
        await writing.ConfigureAwait(false);
        _writeGate.Release();
        Write();
    }

    // A line that has been begun is written whole, whatever becomes of its caller: half a line would end the conversation.
    private async Task WriteReadyAsync()
    {
        try
        {
            while (_pending.TryTakeReady(out var call))
            {
                do
                {
                    await WriteAsync(call).ConfigureAwait(false);
                }
                while (_pending.TryTakeReady(out call));
                await FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            // the session ends; its reason reaches the waiter
        }
        catch (Exception e)
        {
            await EndHeardOutAsync(e as QmpConnectionException ?? Lost("cannot be written to", e)).ConfigureAwait(false);
        }
    }

    // A QEMU that quits answers, tells SHUTDOWN and closes: a write may fail before all that is read. So the reader is left to find the end.
    private async Task EndHeardOutAsync(QmpConnectionException reason)
    {
        try
        {
            await _ended.Task.WaitAsync(LastWords, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            End(reason);
        }
    }

    private async ValueTask WriteAsync(PendingCall call)
    {
        try
        {
            Log.Sending(_logger, _name, call.Command, call.Id);
            _tap?.OnSent(new ReadOnlySequence<byte>(call.Line));
            if (call.FileDescriptor is { } descriptor)
            {
                await FlushAsync().ConfigureAwait(false);
                await ((SocketPipe)_pipe).SendAsync(call.Line, descriptor, _ending.Token).ConfigureAwait(false);
            }
            else
            {
                _pipe.Output.Write(call.Line.Span);
            }
        }
        finally
        {
            call.ReleaseLine(); // a file descriptor that could not be sent is its owner's to close all the same
        }
    }

    private async ValueTask FlushAsync()
    {
        if ((await _pipe.Output.FlushAsync(_ending.Token).ConfigureAwait(false)).IsCompleted)
        {
            throw new QmpConnectionException($"QEMU at {_name} reads no more commands.");
        }
    }

    // Whoever ends the session, everything is closed here, once.
    private async Task RunAsync()
    {
        var reading = ReadLoopAsync();
        var reason = await _ended.Task.ConfigureAwait(false);
        (_pipe as StreamPipe)?.Abort();
        await reading.ConfigureAwait(false);
        await _writeGate.WaitAsync().ConfigureAwait(false); // for good: nobody writes any more
        await Closing.CloseAsync(_pipe).ConfigureAwait(false);
        try
        {
            Log.Ended(_logger, _name, reason?.Message ?? "closed by us");
        }
        catch (Exception)
        {
            // a log that fails is no reason for dispose to fail
        }
    }

    private async Task ReadLoopAsync()
    {
        QmpException reason;
        try
        {
            do
            {
                while (_lines.TryTake(out var line))
                {
                    Dispatch(line);
                }
            }
            while (await _lines.ReadAsync(_ending.Token).ConfigureAwait(false));
            reason = new QmpConnectionException($"QEMU closed the connection at {_name}.");
        }
        catch (QmpProtocolException e)
        {
            reason = e;
        }
        catch (Exception e)
        {
            reason = Lost("was lost", e);
        }

        End(reason);
    }

    private void Dispatch(ReadOnlySequence<byte> line)
    {
        var message = QmpMessageParser.Parse(line, _name);
        switch (message.Kind)
        {
            case QmpMessageKind.Event:
                DispatchEvent(message);
                break;
            case QmpMessageKind.Return or QmpMessageKind.Error:
                DispatchReply(message);
                break;
            default:
                throw new QmpProtocolException($"The peer at {_name} greeted a second time.");
        }
    }

    private void DispatchEvent(in QmpMessage message)
    {
        var name = _eventNames.Of(message.EventName);
        Log.Event(_logger, _name, name);
        if (Events.IsWanted(name))
        {
            Events.Publish(new QmpEvent(name, message.Timestamp, message.Payload.ToArray(), _time.GetTimestamp()));
        }
    }

    private void DispatchReply(in QmpMessage message)
    {
        var call = message.Id is { } id ? _pending.TakeAnswered(id) : _pending.TakeOnlyOne();
        if (call is null)
        {
            if (message.Id is null)
            {
                throw new QmpProtocolException($"The peer at {_name} sent a reply without an id that none or any of several commands may have caused: "
                    + (message.Kind == QmpMessageKind.Error ? ReadError(message.Payload).Description : "a result") + ".");
            }

            Interlocked.Increment(ref _unmatchedReplies);
            Log.UnmatchedReply(_logger, _name, message.Id.Value);
            return;
        }

        if (!TryHandOver(call, message))
        {
            Interlocked.Increment(ref _lateReplies);
            Log.LateReply(_logger, _name, call.Command);
        }

        Write(); // what waited for this place
    }

    private bool TryHandOver(PendingCall call, in QmpMessage message)
    {
        if (message.Kind == QmpMessageKind.Return)
        {
            return call.TryComplete(message.Payload);
        }

        try
        {
            var error = ReadError(message.Payload);
            return call.TryFail(new QmpCommandException(call.Command, error.Class, error.Description));
        }
        catch (QmpProtocolException e)
        {
            return call.TryFail(new QmpProtocolException($"The error of '{call.Command}' has another shape than expected.", e, usable: true));
        }
    }

    private QmpError ReadError(ReadOnlySequence<byte> payload)
    {
        try
        {
            var reader = WireJson.Reader(payload);
            return JsonSerializer.Deserialize(ref reader, WireJson.Default.QmpError) ?? new QmpError();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new QmpProtocolException($"The peer at {_name} sent an error of an unknown shape.", e);
        }
    }

    // The first reason wins and reaches everyone; no reason is an orderly close.
    private void End(QmpException? reason)
    {
        if (_ended.TrySetResult(reason))
        {
            _tap?.OnEnd(reason);
            _pending.FailAll(reason ?? Disposed());
            Events.End(reason);
            _ = _ending.CancelAsync(); // elsewhere: callers' continuations must not run on the loop that they may join
        }
    }

    private QmpConnectionException Lost(string what, Exception cause)
        => new($"The connection to QEMU at {_name} {what}: {cause.Message}", cause);

    private QmpConnectionException Disposed() => new($"The QMP client of {_name} was disposed.");
}
