namespace Pve.Qmp.Session;

/// <summary>
/// The commands without a reply yet: waiting behind the window → ready to be written → sent. After the end it takes no more and fails all
/// with the one reason.
/// </summary>
internal sealed class PendingCalls
{
    // QEMU stops reading a monitor when the 8th in-band command is queued (monitor/qmp.c, QMP_REQ_QUEUE_LEN_MAX): behind 8
    // an out-of-band command does not overtake while QEMU's main loop hangs, behind 7 it does.
    private const int InBandWindow = 7;

    private readonly Lock _lock = new();
    private readonly LinkedList<PendingCall> _waiting = [];
    private readonly LinkedList<PendingCall> _ready = [];
    private readonly Dictionary<long, PendingCall> _sent = [];
    private int _inWindow;
    private bool _descriptorInWindow;
    private QmpException? _end;

    public bool HasReady
    {
        get
        {
            lock (_lock)
            {
                return _ready.Count > 0;
            }
        }
    }

    /// <summary>Takes a command in; whether it can be written now is seen at <see cref="TryTakeReady"/>.</summary>
    /// <returns>False where its caller has stopped waiting already.</returns>
    /// <exception cref="QmpException">The session has ended; this is the reason.</exception>
    public bool TryAdd(PendingCall call)
    {
        lock (_lock)
        {
            if (_end is not null)
            {
                throw _end;
            }

            if (call.IsOver || call.Stage == CallStage.Outside)
            {
                return false;
            }

            if (call.OutOfBand)
            {
                Append(_ready, call, CallStage.Ready);
            }
            else
            {
                Append(_waiting, call, CallStage.Waiting);
                FillWindow();
            }

            return true;
        }
    }

    /// <summary>The next command to write; from here on it counts as sent, and its line is the writer's to release.</summary>
    public bool TryTakeReady([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out PendingCall? call)
    {
        lock (_lock)
        {
            call = _ready.First?.Value;
            if (call is null)
            {
                return false;
            }

            _ready.RemoveFirst();
            _sent.Add(call.Id, call);
            call.Stage = CallStage.Sent;
            return true;
        }
    }

    /// <summary>The command that this reply answers; its place in the window is free again.</summary>
    public PendingCall? TakeAnswered(long id)
    {
        lock (_lock)
        {
            return _sent.Remove(id, out var call) ? Answered(call) : null;
        }
    }

    /// <summary>The only command in QEMU, which then owns an error that names none.</summary>
    public PendingCall? TakeOnlyOne()
    {
        lock (_lock)
        {
            return _sent.Count == 1 && _sent.Remove(_sent.Keys.First(), out var call) ? Answered(call) : null;
        }
    }

    /// <summary>Sees to it that a command that has not left yet never will.</summary>
    /// <returns>False where it has left.</returns>
    public bool Withdraw(PendingCall call)
    {
        lock (_lock)
        {
            switch (call.Stage)
            {
                case CallStage.New:
                    call.Stage = CallStage.Outside; // its line is released by whoever wants to add it
                    return true;
                case CallStage.Waiting:
                    _waiting.Remove(call.Place);
                    break;
                case CallStage.Ready:
                    _ready.Remove(call.Place);
                    LeaveWindow(call);
                    break;
                default:
                    return call.Stage == CallStage.Outside;
            }

            call.Stage = CallStage.Outside;
        }

        call.ReleaseLine();
        return true;
    }

    public void FailAll(QmpException reason)
    {
        PendingCall[] unsent, sent;
        lock (_lock)
        {
            _end ??= reason;
            (unsent, sent) = ([.. _waiting, .. _ready], [.. _sent.Values]);
            _waiting.Clear();
            _ready.Clear();
            _sent.Clear();
            foreach (var call in unsent)
            {
                call.Stage = CallStage.Outside;
            }
        }

        foreach (var call in unsent)
        {
            call.ReleaseLine();
            call.TryFail(reason);
        }

        foreach (var call in sent)
        {
            call.TryFail(reason);
        }
    }

    private static void Append(LinkedList<PendingCall> calls, PendingCall call, CallStage stage)
    {
        calls.AddLast(call.Place);
        call.Stage = stage;
    }

    private PendingCall Answered(PendingCall call)
    {
        LeaveWindow(call);
        return call;
    }

    private void LeaveWindow(PendingCall call)
    {
        if (!call.OutOfBand)
        {
            _inWindow--;
            _descriptorInWindow &= call.FileDescriptor is null;
            FillWindow();
        }
    }

    // QEMU keeps the file descriptors of the last message alone (chardev/char-socket.c), until a command takes them: a second one waits.
    private void FillWindow()
    {
        while (_inWindow < InBandWindow && _waiting.First?.Value is { } call && !(_descriptorInWindow && call.FileDescriptor is not null))
        {
            _waiting.RemoveFirst();
            _inWindow++;
            _descriptorInWindow |= call.FileDescriptor is not null;
            Append(_ready, call, CallStage.Ready);
        }
    }
}
