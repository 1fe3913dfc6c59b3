using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using Pve.Qmp.Diagnostics;
using Pve.Qmp.Framing;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Session;

/// <summary>A negotiated conversation: one reader, one writer, and one reason of its end that reaches every waiter.</summary>
internal sealed class QmpSession : IAsyncDisposable
{
    // QEMU stops reading a monitor when the 8th in-band command is queued (monitor/qmp.c, QMP_REQ_QUEUE_LEN_MAX): behind 8
    // an out-of-band command does not overtake while QEMU's main loop hangs, behind 7 it does.
    private const int InBandWindow = 7;

    private readonly IDuplexPipe _pipe;
    private readonly QmpLineReader _lines;
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly IWireTap? _tap;
    private readonly ILogger _logger;
    private readonly PendingCalls _pending = new();
    private readonly SemaphoreSlim _window = new(InBandWindow);
    private readonly SemaphoreSlim _writeGate = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource<QmpException?> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;
    private long _lastId;
    private long _lateReplies;
    private long _unmatchedReplies;

    public QmpSession(IDuplexPipe pipe, QmpLineReader lines, string name, QmpClientOptions options, IWireTap? tap, ILogger logger)
    {
        (_pipe, _lines, _name, _time, _tap, _logger) = (pipe, lines, name, options.TimeProvider, tap, logger);
        _running = Task.Run(RunAsync);
    }

    public EventHub Events { get; } = new();

    public Task<QmpException?> Ended => _ended.Task;

    public long LateReplies => Interlocked.Read(ref _lateReplies);

    public long UnmatchedReplies => Interlocked.Read(ref _unmatchedReplies);

    public async Task<TResult> ExecuteAsync<TArguments, TResult>(
        QmpCommand<TArguments, TResult> command, TArguments arguments, TimeSpan timeout, bool outOfBand, CancellationToken cancellationToken)
    {
        var call = new PendingCall<TResult>(command.Name, outOfBand, command.Result);
        var sent = false;
        using var deadline = new CancellationTokenSource(timeout, _time);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, deadline.Token, _ending.Token);
        try
        {
            await SendAsync(call, command.Arguments, arguments, waiting.Token).ConfigureAwait(false);
            sent = true;
            using var abandoning = waiting.Token.UnsafeRegister(static state => ((PendingCall)state!).Abandon(), call);
            return await call.Result.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (waiting.IsCancellationRequested)
        {
            if (_ending.IsCancellationRequested)
            {
                throw await _ended.Task.ConfigureAwait(false) ?? Disposed();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw new QmpTimeoutException(command.Name, timeout, sent);
        }
    }

    public async ValueTask DisposeAsync()
    {
        End(null);
        await _running.ConfigureAwait(false);
    }

    // Once the bytes are handed over, the caller's token no longer counts: a half-written line would end the conversation.
    private async Task SendAsync<TArguments>(
        PendingCall call, JsonTypeInfo<TArguments> argumentsType, TArguments arguments, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var line = new ArrayBufferWriter<byte>(128);
        QmpCommandWriter.Write(line, call.Command, arguments, argumentsType, id, call.OutOfBand);

        if (!call.OutOfBand)
        {
            await _window.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await _writeGate.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                Log.Sending(_logger, _name, call.Command, id);
                _pending.Add(id, call);
            }
            catch
            {
                _writeGate.Release();
                throw;
            }
        }
        catch when (!call.OutOfBand)
        {
            _window.Release();
            throw;
        }

        _ = WriteAsync(line.WrittenMemory); // opens the gate again
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> line)
    {
        try
        {
            _tap?.OnSent(new ReadOnlySequence<byte>(line));
            var written = await _pipe.Output.WriteAsync(line, _ending.Token).ConfigureAwait(false);
            if (written.IsCompleted)
            {
                End(new QmpConnectionException($"QEMU at {_name} reads no more commands."));
            }
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            // the session ends; its reason reaches the waiter
        }
        catch (Exception e)
        {
            End(Lost("cannot be written to", e));
        }
        finally
        {
            _writeGate.Release();
        }
    }

    // Whoever ends the session, everything is closed here, once.
    private async Task RunAsync()
    {
        var reading = ReadLoopAsync();
        await _ended.Task.ConfigureAwait(false);
        (_pipe as StreamPipe)?.Abort();
        await reading.ConfigureAwait(false);
        await _writeGate.WaitAsync().ConfigureAwait(false); // for good: nobody writes any more
        await Closing.CloseAsync(_pipe).ConfigureAwait(false);
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
        var message = QmpMessageParser.Parse(line);
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
        var name = message.EventName!;
        Log.Event(_logger, _name, name);
        if (Events.IsWanted(name))
        {
            var data = default(JsonElement);
            if (!message.Payload.IsEmpty)
            {
                var reader = new Utf8JsonReader(message.Payload, WireJson.Reading);
                data = JsonElement.ParseValue(ref reader);
            }

            Events.Publish(new QmpEvent(name, message.Timestamp, data, _time.GetTimestamp()));
        }
    }

    private void DispatchReply(in QmpMessage message)
    {
        var call = message.Id is { } id ? _pending.Take(id) : _pending.TakeOnly();
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

        if (!call.OutOfBand)
        {
            _window.Release();
        }

        if (!TryHandOver(call, message))
        {
            Interlocked.Increment(ref _lateReplies);
            Log.LateReply(_logger, _name, call.Command);
        }
    }

    private static bool TryHandOver(PendingCall call, in QmpMessage message)
    {
        if (message.Kind == QmpMessageKind.Return)
        {
            return call.TryComplete(message.Payload);
        }

        var error = ReadError(message.Payload);
        return call.TryFail(new QmpCommandException(call.Command, error.Class, error.Description));
    }

    private static QmpError ReadError(ReadOnlySequence<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload, WireJson.Reading);
            return JsonSerializer.Deserialize(ref reader, WireJson.Default.QmpError) ?? new QmpError();
        }
        catch (JsonException e)
        {
            throw new QmpProtocolException("The peer sent an error of an unknown shape.", e);
        }
    }

    // The first reason wins and reaches everyone; no reason is an orderly close.
    private void End(QmpException? reason)
    {
        if (_ended.TrySetResult(reason))
        {
            _tap?.OnEnd(reason);
            Log.Ended(_logger, _name, reason?.Message ?? "closed by us");
            _pending.FailAll(reason ?? Disposed());
            Events.End(reason);
            _ = _ending.CancelAsync(); // elsewhere: callers' continuations must not run on the loop that they may join
        }
    }

    private QmpConnectionException Lost(string what, Exception cause)
        => new($"The connection to QEMU at {_name} {what}: {cause.Message}", cause);

    private QmpConnectionException Disposed() => new($"The QMP client of {_name} was disposed.");
}
