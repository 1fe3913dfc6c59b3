using System.Buffers;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;

namespace Pve.Migration.Tunnel;

// What each line, silence and end means to the client. No I/O; the reader loop tells it, the one exchange asks it.
//
// Replies carry no ids, so a line is an answer only by its place in the stream. Whatever makes that place doubtful is a fault for
// good: a deadline that passed, a caller that left, a line nobody asked for. An ERR is such a thing too: its text may span lines,
// the rest may lie in the buffer or come a second later, and it may even read `OK`. Waiting for it would need a time nobody can
// name; so after an ERR the tunnel can only be closed. v2's errors are one line of JSON, and harmless.
internal sealed class MtunnelConversation(
    MtunnelNegotiation negotiation, Task<string> carrierEnded, string name, string[] secrets, ILogger logger)
{
    private readonly TaskCompletionSource<MtunnelDialect> _negotiated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _faulted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private MtunnelCodec? _codec;
    private TaskCompletionSource<MtunnelReply>? _pending;
    private MtunnelFault? _fault;
    private bool _quitting;
    private bool _versionAsked;

    public Task<MtunnelDialect> Negotiated => _negotiated.Task;

    public Task<string> Faulted => _faulted.Task;

    public MtunnelCodec? Codec
    {
        get
        {
            lock (_gate)
            {
                return _codec;
            }
        }
    }

    // Whether the peer announced JSON, and has not answered yet what it was asked then.
    public bool IsAwaitingApi
    {
        get
        {
            lock (_gate)
            {
                return _fault is null && negotiation.State == MtunnelNegotiationState.AwaitingApi;
            }
        }
    }

    // a peer that failed the negotiation has one as well
    public MtunnelCodec CodecOfQuit
    {
        get
        {
            lock (_gate)
            {
                return _codec ?? (_versionAsked ? MtunnelCodecV2.Instance : MtunnelCodecV0.Instance);
            }
        }
    }

    // what a v2 peer can do beyond its dialect
    public IReadOnlyCollection<string> Capabilities
    {
        get
        {
            lock (_gate)
            {
                return _codec is null ? [] : negotiation.Capabilities;
            }
        }
    }

    // Whether the peer has to be asked for its version now; true once.
    public bool TryBeginVersion(IBufferWriter<byte> output)
    {
        lock (_gate)
        {
            if (_fault is not null || _versionAsked || negotiation.State != MtunnelNegotiationState.AwaitingApi)
            {
                return false;
            }

            _versionAsked = true;
            return MtunnelCodecV2.Instance.TryWriteCommand(MtunnelCommand.Named(MtunnelVocabulary.Version), output);
        }
    }

    public bool MustAskVersion
    {
        get
        {
            lock (_gate)
            {
                return _fault is null && !_versionAsked && negotiation.State == MtunnelNegotiationState.AwaitingApi;
            }
        }
    }

    public MtunnelFault? Fault
    {
        get
        {
            lock (_gate)
            {
                return _fault;
            }
        }
    }

    public MtunnelDialect Settle(string why)
    {
        lock (_gate)
        {
            if (_codec is null && _fault is null)
            {
                negotiation.OnSilence();
                Conclude(why);
            }

            return _codec?.Dialect ?? throw _fault!.ToException();
        }
    }

    // Writes the command and awaits its answer in one step, so that no line in between can be mistaken. The caller flushes at once.
    public Task<MtunnelReply> Begin(MtunnelCommand command, IBufferWriter<byte> output)
    {
        lock (_gate)
        {
            if (_fault is not null)
            {
                throw _fault.ToException();
            }

            if (!_codec!.TryWriteCommand(command, output))
            {
                throw new MtunnelUnsupportedException(command.ToString(), _codec.Dialect);
            }

            _pending = new TaskCompletionSource<MtunnelReply>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _pending.Task;
        }
    }

    // From here on the end of the stream is expected, and a line that answers nothing is none of our business.
    public void BeginQuit()
    {
        lock (_gate)
        {
            _quitting = true;
        }
    }

    // False: the answer came between the decision to give up and here, and counts.
    public bool TryAbandon(Task<MtunnelReply> answer, MtunnelFaultCause cause, string reason)
    {
        lock (_gate)
        {
            if (answer.IsCompletedSuccessfully)
            {
                return false;
            }

            _pending = null;
            SetFault(cause, reason);
            return true;
        }
    }

    public void OnLine(ReadOnlySpan<byte> line, bool more)
    {
        lock (_gate)
        {
            if (_fault is not null || _codec is { HasReplies: false } || (_quitting && _pending is null))
            {
                // not told even at Trace: behind a line that was none, it may be the rest of a secret
                logger.TunnelLineDropped(name, line.Length);
                return;
            }

            if (logger.IsEnabled(LogLevel.Trace))
            {
                logger.TunnelReceivedSensitive(name, WireText.Quote(line, secrets));
            }

            if (_codec is null)
            {
                negotiation.OnLine(line);
                Conclude("it said so");
            }
            else if (_pending is { } pending)
            {
                _pending = null;
                OnReply(_codec.ReadReply(line, secrets), pending);
            }
            else
            {
                SetFault(MtunnelFaultCause.Protocol, $"a line nobody asked for: {WireText.Quote(line, secrets)}");
            }

            // one exchange at a time: what already lies behind an answer can answer nothing, and must not get the chance
            if (more && !_quitting && _codec is { HasReplies: true })
            {
                SetFault(MtunnelFaultCause.Protocol, $"more bytes behind {WireText.Quote(line, secrets)}");
            }
        }
    }

    public void OnEnd(ReadOnlySpan<byte> tail)
    {
        lock (_gate)
        {
            if (_quitting)
            {
                // an end is as good an answer to quit as OK
                _pending?.TrySetResult(MtunnelReply.Ok);
                _pending = null;
            }
            else if (_codec is null && _fault is null)
            {
                negotiation.OnEnd(tail);
                Conclude("");
            }
            else
            {
                string cutOff = tail.IsEmpty ? "" : $" in the middle of {WireText.Quote(tail, secrets)}";
                SetFault(MtunnelFaultCause.ConnectionLost, DescribeEnd($"the peer ended the stream{cutOff}"));
            }
        }
    }

    // The first one stays, and every waiter is told.
    public void SetFault(MtunnelFaultCause cause, string reason)
    {
        lock (_gate)
        {
            if (_fault is not null)
            {
                return;
            }

            _fault = new MtunnelFault(cause, reason);
            FailNegotiation(_fault.ToException());
            _pending?.TrySetException(new MtunnelLostException(reason));
            _pending = null;
            if (_fault.IsFault)
            {
                logger.TunnelFaulted(name, reason);
                _faulted.TrySetResult(reason);
            }
        }
    }

    // what the carrier says of its end is worth more than that it ended
    public string DescribeEnd(string otherwise) => carrierEnded.IsCompletedSuccessfully ? carrierEnded.Result : $"{name}: {otherwise}";

    private void OnReply(MtunnelReply reply, TaskCompletionSource<MtunnelReply> pending)
    {
        if (reply.Kind == MtunnelReplyKind.Refused && _codec!.ErrorsMaySpanLines)
        {
            SetFault(MtunnelFaultCause.Refused, $"the last answer was an error, which may span lines: {reply.Text}");
        }
        else if (reply.Kind == MtunnelReplyKind.Unreadable)
        {
            SetFault(MtunnelFaultCause.Protocol, $"{reply.Text} is no answer");
        }

        pending.TrySetResult(reply);
    }

    private void Conclude(string why)
    {
        if (negotiation.State == MtunnelNegotiationState.AwaitingApi)
        {
            return; // the session asks
        }

        if (negotiation.Dialect is { } dialect)
        {
            _codec = MtunnelCodec.For(dialect);
            logger.TunnelAgreed(name, dialect, why);
            _negotiated.TrySetResult(dialect);
            return;
        }

        MtunnelGreetingFailure failure = negotiation.Failure!.Value;
        string reason = negotiation.FailureText!;
        string text = failure == MtunnelGreetingFailure.EndOfStream ? DescribeEnd(reason) : $"{name}: {reason}";
        FailNegotiation(new MtunnelGreetingException(failure, text));
        SetFault(MtunnelFaultCause.Greeting, text);
    }

    private void FailNegotiation(MtunnelException exception)
    {
        if (_negotiated.TrySetException(exception))
        {
            // observed here: who never asks for the version is not to be haunted by it
            _ = _negotiated.Task.Exception;
        }
    }
}
