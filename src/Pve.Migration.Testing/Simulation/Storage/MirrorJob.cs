using System.Text.Json;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>A mirror: what is not zero is copied over the link, then both images are kept alike until it is told to end.</summary>
/// <remarks>
/// Zeros are told, not sent, and count against the speed limit afterwards (measured: the offset is at once what is zero, and the job is not ready before
/// its size over the speed). What the guest writes goes to both at no cost, in either copy mode.
/// </remarks>
internal sealed class MirrorJob(Machine machine, string id, BlockNode source, BlockNode copy, long speed, bool autoDismiss)
{
    private double _left = source.Image.DataBytes;
    private double _rate;
    private WireFlow? _flow;
    private TimeSpan _at = machine.Now;
    private readonly TimeSpan _began = machine.Now;
    private Agenda.Entry? _next;
    private bool _isEnding;
    private bool _isPivot;

    public string Id => id;

    public string Status { get; private set; } = "undefined";

    public bool IsReady { get; private set; }

    public string? Error { get; private set; }

    private bool IsOver => Status is "concluded" or "null";

    private bool IsCut => copy is { Export: not null, IsConnected: false };

    private bool Stands => copy is { IsConnected: true, Export.IsFrozen: true } || machine.Agenda.IsFrozen;

    private long Length => source.Image.Bytes;

    private long Offset
    {
        get
        {
            Settle();
            return Length - (long)Math.Ceiling(_left);
        }
    }

    public void Begin()
    {
        source.Job = this;
        _flow = copy.Export is null ? null : machine.Link.Wire.Open(Plan);
        copy.Users++;
        Move("created");
        Move("running");
        Plan();
    }

    /// <summary><c>block-job-set-speed</c></summary>
    public void SetSpeed(long bytesPerSecond)
    {
        Settle();
        speed = bytesPerSecond;
        Plan();
    }

    /// <summary><c>block-job-cancel</c>, <c>job-cancel</c>: one that is ready ends with both alike, unless forced.</summary>
    public void Cancel(bool force)
    {
        Allow("cancel", "created", "running", "paused", "ready", "standby", "waiting", "pending");
        if (!IsReady || force)
        {
            _next?.Dispose();
            Abort("Operation canceled", "BLOCK_JOB_CANCELLED");
        }
        else
        {
            End(pivot: false);
        }
    }

    /// <summary><c>job-complete</c>: the guest goes on with the copy.</summary>
    public void Complete()
    {
        Allow("complete", "ready");
        End(pivot: true);
    }

    public void FinalizeJob() => Allow("finalize", "pending");

    public void Dismiss()
    {
        Allow("dismiss", "concluded");
        Forget();
    }

    /// <summary>The process ended.</summary>
    public void ProcessEnded() => _flow?.Want(0);

    public void Drain()
    {
        if (!IsOver)
        {
            Move(IsReady ? "standby" : "paused");
            Move(IsReady ? "ready" : "running");
        }
    }

    /// <summary>A dead peer is noticed by whoever writes to it.</summary>
    public void RemoteMoved()
    {
        if (IsOver)
        {
            return;
        }

        var writes = !IsReady || _isEnding || (machine.IsRunning && machine.Options.DirtyBytesPerSecond > 0);
        if (IsCut && writes)
        {
            _flow?.Want(0);
            Next(machine.Options.LossNoticedAfter, Fail);
        }
        else if (_isEnding)
        {
            End(_isPivot);
        }
        else
        {
            Settle();
            Plan();
        }
    }

    public void WriteAsJob(Utf8JsonWriter json)
    {
        json.WriteNumber("current-progress"u8, Offset);
        json.WriteString("status"u8, Status);
        json.WriteNumber("total-progress"u8, Length);
        json.WriteString("type"u8, "mirror"u8);
        json.WriteString("id"u8, id);
        if (Error is not null)
        {
            json.WriteString("error"u8, Error);
        }
    }

    public void WriteAsBlockJob(Utf8JsonWriter json)
    {
        json.WriteBoolean("auto-finalize"u8, true);
        json.WriteString("io-status"u8, "ok"u8);
        json.WriteBoolean("auto-dismiss"u8, autoDismiss);
        json.WriteBoolean("busy"u8, false);
        json.WriteString("status"u8, Status);
        json.WriteBoolean("paused"u8, false);
        json.WriteBoolean("ready"u8, IsReady);
        if (Error is not null)
        {
            json.WriteString("error"u8, Error);
        }

        WriteProgress(json);
    }

    private void Allow(string verb, params ReadOnlySpan<string> states)
    {
        if (!states.Contains(Status))
        {
            throw new CommandRefusedException($"Job '{id}' in state '{Status}' cannot accept command verb '{verb}'");
        }
    }

    private void Settle()
    {
        _left = Math.Max(0, _left - (_rate * (machine.Now - _at).TotalSeconds));
        _left = _left < 1 ? 0 : _left;
        _at = machine.Now;
    }

    private void Plan()
    {
        if (IsReady || IsOver)
        {
            return;
        }

        Settle();
        var wanted = Stands || IsCut ? 0 : speed > 0 ? speed : double.PositiveInfinity;
        _flow?.Want(wanted);
        _rate = _flow?.Rate ?? Math.Min(wanted, machine.Link.BytesPerSecond);
        _next?.Dispose();
        if (_rate > 0)
        {
            var copied = TimeSpan.FromSeconds(_left / _rate);
            var allowed = speed > 0 ? _began + TimeSpan.FromSeconds((double)Length / speed) - machine.Now : TimeSpan.Zero;
            Next((copied > allowed ? copied : allowed) + machine.Link.Latency, BecomeReady);
        }
    }

    private void BecomeReady()
    {
        Settle();
        IsReady = true;
        _flow?.Want(0);
        Move("ready");
        machine.Emit("BLOCK_JOB_READY", WriteProgress);
        RemoteMoved();
    }

    private void End(bool pivot)
    {
        (_isEnding, _isPivot) = (true, pivot);
        if (!Stands)
        {
            Next(2 * machine.Link.Latency, IsCut ? Fail : Succeed);
        }
    }

    private void Succeed()
    {
        copy.Image.Content = source.Image.Content;
        if (machine.IsRunning && !_isPivot)
        {
            source.Image.Content = new ImageContent(source.Image.Content); // the guest goes on, and writes there alone
        }

        if (_isPivot)
        {
            (source.Device, copy.Device) = (null, source.Device);
        }

        Move("waiting");
        Move("pending");
        Conclude("BLOCK_JOB_COMPLETED");
    }

    private void Fail()
    {
        machine.Emit("BLOCK_JOB_ERROR", json =>
        {
            json.WriteString("device"u8, id);
            json.WriteString("operation"u8, "write"u8);
            json.WriteString("action"u8, "report"u8);
        });
        Abort("Input/output error", "BLOCK_JOB_COMPLETED");
    }

    private void Abort(string error, string name)
    {
        Error = error;
        Move("aborting");
        Conclude(name);
    }

    private void Conclude(string name)
    {
        machine.Emit(name, json =>
        {
            WriteProgress(json);
            if (Error is not null && name == "BLOCK_JOB_COMPLETED")
            {
                json.WriteString("error"u8, Error);
            }
        });
        _flow?.Want(0);
        source.Job = null;
        copy.Users--;
        Move("concluded");
        if (autoDismiss)
        {
            Forget();
        }
    }

    private void Forget()
    {
        Move("null");
        machine.Jobs.Remove(this);
    }

    private void WriteProgress(Utf8JsonWriter json)
    {
        json.WriteString("device"u8, id);
        json.WriteNumber("len"u8, Length);
        json.WriteNumber("offset"u8, Offset);
        json.WriteNumber("speed"u8, speed);
        json.WriteString("type"u8, "mirror"u8);
    }

    private void Move(string status)
    {
        Status = status;
        machine.Emit("JOB_STATUS_CHANGE", json =>
        {
            json.WriteString("status"u8, status);
            json.WriteString("id"u8, id);
        });
    }

    private void Next(TimeSpan delay, Action action)
    {
        _next?.Dispose();
        _next = machine.Agenda.After(delay, action);
    }
}
