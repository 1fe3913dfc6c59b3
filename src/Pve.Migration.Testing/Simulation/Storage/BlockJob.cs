using System.Text.Json;

namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>A job that copies one node to another over the link, or within its host.</summary>
/// <remarks>
/// Zeros are told, not sent, and count against the speed limit afterwards (measured: the offset is at once what is zero, and the job is not done before
/// its size over the speed).
/// </remarks>
internal abstract class BlockJob
{
    private readonly BlockJobOptions _options;
    private readonly TimeSpan _began;
    private double _left;
    private double _rate;
    private long _speed;
    private WireFlow? _flow;
    private TimeSpan _at;
    private Agenda.Entry? _next;

    protected BlockJob(Machine machine, BlockJobOptions options, BlockNode source, BlockNode copy, long length, double data)
    {
        (Machine, _options, Source, Copy, Length) = (machine, options, source, copy, length);
        (_left, _speed, _began, _at) = (data, options.Speed, machine.Now, machine.Now);
    }

    public string Id => _options.Id;

    /// <summary>As QEMU calls it.</summary>
    public abstract string Type { get; }

    public string Status { get; private set; } = "undefined";

    public BlockNode Source { get; }

    public BlockNode Copy { get; }

    protected Machine Machine { get; }

    /// <summary>How many bytes there are to go through.</summary>
    protected long Length { get; private set; }

    /// <summary>How many bytes a second it copied last.</summary>
    protected double Rate { get; private set; }

    /// <summary>How many bytes of the guest's wait to be written besides.</summary>
    protected virtual long Waiting => 0;

    /// <summary>Whether all has been copied, and it goes on.</summary>
    protected virtual bool IsReady => false;

    /// <summary>Whether it has to write, now or soon.</summary>
    protected virtual bool Writes => true;

    /// <summary>Whether nothing is left for it to do.</summary>
    protected bool IsDone => Status is "pending" or "concluded" or "null";

    protected bool IsCut => Copy is { Export: not null, IsConnected: false };

    protected bool Stands => Copy is { IsConnected: true, Export.IsFrozen: true } || Machine.Agenda.IsFrozen;

    private string? Error { get; set; }

    private long Offset
    {
        get
        {
            Settle();
            return Length - (long)Math.Min(Length, Math.Ceiling(_left));
        }
    }

    public void Begin()
    {
        Move("created");
        if (_speed < 0)
        {
            Move("null");
            throw new CommandRefusedException("Parameter 'speed' expects a non-negative value");
        }

        _flow = Sender is { } sender ? Machine.Link.WireFrom(sender).Open(Plan) : null;
        Attach();
        Move("running");
        RemoteMoved();
    }

    /// <summary><c>block-job-set-speed</c></summary>
    public void SetSpeed(long bytesPerSecond)
    {
        Settle();
        _speed = bytesPerSecond;
        Plan();
    }

    /// <summary><c>block-job-cancel</c>, <c>job-cancel</c></summary>
    public virtual void Cancel(bool force)
    {
        Allow("cancel", "created", "running", "paused", "ready", "standby", "waiting", "pending");
        _next?.Dispose();
        Abort("Operation canceled", "BLOCK_JOB_CANCELLED");
    }

    /// <summary><c>block-job-complete</c>, <c>job-complete</c></summary>
    public virtual void Complete() => Allow("complete", "ready");

    /// <summary><c>job-finalize</c></summary>
    public void FinalizeJob()
    {
        Allow("finalize", "pending");
        Conclude("BLOCK_JOB_COMPLETED");
    }

    /// <summary><c>job-dismiss</c></summary>
    public void Dismiss()
    {
        Allow("dismiss", "concluded");
        Forget();
    }

    /// <summary>The process ended.</summary>
    public void ProcessEnded() => _flow?.Want(0);

    public void Drain()
    {
        if (!IsDone)
        {
            Move(IsReady ? "standby" : "paused");
            Move(IsReady ? "ready" : "running");
        }
    }

    /// <summary>A dead peer is noticed by whoever writes to it.</summary>
    public void RemoteMoved()
    {
        if (IsDone)
        {
            return;
        }

        if (IsCut && Writes)
        {
            _flow?.Want(0);
            Next(Machine.Options.LossNoticedAfter, Fail);
        }
        else
        {
            GoOn();
        }
    }

    public void WriteAsJob(Utf8JsonWriter json)
    {
        json.WriteNumber("current-progress"u8, Offset);
        json.WriteString("status"u8, Status);
        json.WriteNumber("total-progress"u8, Length);
        json.WriteString("type"u8, Type);
        json.WriteString("id"u8, Id);
        if (Error is not null)
        {
            json.WriteString("error"u8, Error);
        }
    }

    public void WriteAsBlockJob(Utf8JsonWriter json)
    {
        json.WriteBoolean("auto-finalize"u8, _options.FinalizesItself);
        json.WriteString("io-status"u8, "ok"u8);
        json.WriteBoolean("auto-dismiss"u8, _options.DismissesItself);
        json.WriteBoolean("busy"u8, false);
        json.WriteString("status"u8, Status);
        json.WriteBoolean("paused"u8, false);
        json.WriteBoolean("ready"u8, IsReady);
        if (Error is not null)
        {
            json.WriteString("error"u8, Error);
        }

        WriteMore(json);
        WriteProgress(json);
    }

    /// <summary>What its type tells besides.</summary>
    protected virtual void WriteMore(Utf8JsonWriter json)
    {
    }

    /// <summary>The nodes are its own from now on.</summary>
    protected abstract void Attach();

    /// <summary>It has ended, well or not.</summary>
    protected abstract void Detach(bool isDone);

    /// <summary>All has been copied.</summary>
    protected abstract void Copied();

    /// <summary>Somebody froze, thawed, or goes on.</summary>
    protected virtual void GoOn()
    {
        Settle();
        Plan();
    }

    protected void Allow(string verb, params ReadOnlySpan<string> states)
    {
        if (!states.Contains(Status))
        {
            throw new CommandRefusedException($"Job '{Id}' in state '{Status}' cannot accept command verb '{verb}'");
        }
    }

    /// <summary>There is more to go through.</summary>
    protected void CopyMore(long bytes)
    {
        Length += bytes;
        _left += bytes;
        Plan();
    }

    protected void StopFlowing() => _flow?.Want(0);

    protected void Succeed()
    {
        Move("waiting");
        Move("pending");
        if (_options.FinalizesItself)
        {
            Conclude("BLOCK_JOB_COMPLETED");
            return;
        }

        Machine.Emit("BLOCK_JOB_PENDING", json =>
        {
            json.WriteString("type"u8, Type);
            json.WriteString("id"u8, Id);
        });
    }

    protected void Fail()
    {
        if (Copy.Children is [var lost, ..])
        {
            Machine.Emit("QUORUM_REPORT_BAD", json =>
            {
                json.WriteString("node-name"u8, lost.Name);
                json.WriteNumber("sectors-count"u8, 128);
                json.WriteNumber("sector-num"u8, 0);
                json.WriteString("type"u8, "write"u8);
                json.WriteString("error"u8, "Input/output error"u8);
            });
            StopFlowing();
            Succeed(); // the others have taken it
            return;
        }

        Machine.Emit("BLOCK_JOB_ERROR", json =>
        {
            json.WriteString("device"u8, Id);
            json.WriteString("operation"u8, "write"u8);
            json.WriteString("action"u8, "report"u8);
        });
        Abort("Input/output error", "BLOCK_JOB_COMPLETED");
    }

    protected void WriteProgress(Utf8JsonWriter json)
    {
        json.WriteString("device"u8, Id);
        json.WriteNumber("len"u8, Length + Waiting);
        json.WriteNumber("offset"u8, Offset);
        json.WriteNumber("speed"u8, _speed);
        json.WriteString("type"u8, Type);
    }

    protected void Move(string status)
    {
        Status = status;
        Machine.Emit("JOB_STATUS_CHANGE", json =>
        {
            json.WriteString("status"u8, status);
            json.WriteString("id"u8, Id);
        });
    }

    protected void Next(TimeSpan delay, Action action)
    {
        _next?.Dispose();
        _next = Machine.Agenda.After(delay, action);
    }

    // Whoever puts the data on the link; nobody where both nodes are here.
    private Machine? Sender => Copy.Export is not null ? Machine : Source.Export?.Server;

    private void Settle()
    {
        _left = Math.Max(0, _left - (_rate * (Machine.Now - _at).TotalSeconds));
        _left = _left < 1 ? 0 : _left;
        _at = Machine.Now;
    }

    private void Plan()
    {
        if (IsReady || IsDone)
        {
            return;
        }

        Settle();
        var stands = Stands || IsCut;
        var wanted = stands || _left == 0 ? 0 : _speed > 0 ? _speed : double.PositiveInfinity;
        _flow?.Want(wanted);
        _rate = _flow?.Rate ?? Math.Min(wanted, Machine.Link.BytesPerSecond);
        Rate = _rate > 0 ? _rate : Rate;
        _next?.Dispose();
        if (_rate > 0 && double.IsFinite(_left))
        {
            Next(TimeSpan.FromTicks((long)Math.Ceiling(_left / _rate * TimeSpan.TicksPerSecond)), Plan);
        }
        else if (_left == 0 && !stands)
        {
            // the link is free for others while it waits for its speed limit
            var allowed = _speed > 0 ? _began + TimeSpan.FromSeconds((double)Length / _speed) - Machine.Now : TimeSpan.Zero;
            Next((allowed > TimeSpan.Zero ? allowed : TimeSpan.Zero) + Machine.Link.Latency, Copied);
        }
    }

    private void Abort(string error, string name)
    {
        Error = error;
        Move("aborting");
        Conclude(name);
    }

    private void Conclude(string name)
    {
        Machine.Emit(name, json =>
        {
            WriteProgress(json);
            if (Error is not null && name == "BLOCK_JOB_COMPLETED")
            {
                json.WriteString("error"u8, Error);
            }
        });
        _flow?.Want(0);
        Detach(Error is null);
        Move("concluded");
        if (_options.DismissesItself)
        {
            Forget();
        }
    }

    private void Forget()
    {
        Move("null");
        Machine.Jobs.Remove(this);
    }
}
