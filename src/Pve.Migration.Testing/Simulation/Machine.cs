using System.IO.Pipelines;
using System.Text.Json;
using Pve.Migration.Testing.Simulation.Storage;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>One QEMU process: its run state, its monitors and what it has to do. Everything happens under the world's lock.</summary>
internal sealed class Machine
{
    private readonly SimulatedQemu _vm;
    private readonly List<Monitor> _monitors = [];
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<(Monitor From, MonitorRequest Request)> _waiting = new();
    private Task _monitorsEnded = Task.CompletedTask;
    private int _opened;

    public Machine(SimulatedQemu vm, SimulatedLink link, SimulatedQemuOptions options)
    {
        (_vm, Link, Options) = (vm, link, options);
        link.Machines.Add(this);
        Agenda = new Agenda(link);
        Incoming = new IncomingMigration(this);
        Outgoing = new OutgoingMigration(this);
        DirtyRate = new DirtyRateMeter(this);
        Disks = new BlockNodes(this);
        Exports = new NbdServer(this);
        Jobs = new BlockJobs(this);
        WillStart = !options.StartPaused;
        RunState = options.Incoming ? RunState.InMigrate : RunState.Prelaunch;
        foreach (var disk in options.Disks)
        {
            Disks.AddDisk(disk);
        }

        if (!options.Incoming && !Disks.TryActivate())
        {
            Exit(1); // another process has the image, as QEMU says on stderr
            return;
        }

        if (!options.Incoming && WillStart)
        {
            // as at QEMU's start, before any monitor could hear of it
            RunState = RunState.Running;
            link.GuestBegan(vm);
            Disks.GuestWrites();
        }
    }

    public SimulatedLink Link { get; }

    public SimulatedQemuOptions Options { get; }

    public Agenda Agenda { get; }

    public IncomingMigration Incoming { get; }

    public OutgoingMigration Outgoing { get; }

    public DirtyRateMeter DirtyRate { get; }

    public BlockNodes Disks { get; }

    public NbdServer Exports { get; }

    public BlockJobs Jobs { get; }

    public QomObjects Objects { get; } = new();

    public MigrationCapabilities Capabilities { get; } = new();

    public MigrationParameters Parameters { get; } = new();

    public RunState RunState { get; private set; }

    /// <summary>Whether a target runs as soon as it has loaded.</summary>
    public bool WillStart { get; private set; }

    public int? ExitCode { get; private set; }

    public Task<int> Exited => _exited.Task;

    public bool IsRunning => ExitCode is null && RunState == RunState.Running;

    public IEnumerable<string> MonitorIds => _monitors.Select(monitor => monitor.Id);

    public DateTimeOffset HostTime => Link.TimeProvider.GetUtcNow() + Options.ClockOffset;

    public TimeSpan Now => Link.TimeProvider.GetElapsedTime(0);

    public void Serve(IDuplexPipe pipe)
    {
        var monitor = new Monitor(this, pipe, $"compat_monitor{_opened++}");
        _monitorsEnded = Task.WhenAll(_monitorsEnded, monitor.Ended);
        if (ExitCode is null)
        {
            _monitors.Add(monitor);
        }
        else
        {
            monitor.Close();
        }
    }

    /// <summary>A client's line; a frozen process reads it when it thaws.</summary>
    public void Take(Monitor from, MonitorRequest request)
    {
        lock (Link.Gate)
        {
            Agenda.Do(() =>
            {
                if (IsHeld && !request.OutOfBand)
                {
                    _waiting.Enqueue((from, request));
                }
                else
                {
                    from.Send(CommandTable.Answer(this, from, request));
                }
            });
        }
    }

    private bool IsHeld => Incoming.IsStuck || Outgoing.HoldsLock;

    /// <summary>Its monitors answer in band again.</summary>
    public void TakeWhatWaited()
    {
        while (!IsHeld && _waiting.TryDequeue(out var next))
        {
            next.From.Send(CommandTable.Answer(this, next.From, next.Request));
        }
    }

    public void Leave(Monitor monitor)
    {
        lock (Link.Gate)
        {
            _monitors.Remove(monitor);
            monitor.Close();
        }
    }

    public void CutMonitor(string id) => _monitors.Find(monitor => monitor.Id == id)?.Close();

    /// <summary>Tells every negotiated monitor.</summary>
    public void Emit(string name, Action<Utf8JsonWriter>? data = null)
    {
        if (ExitCode is not null)
        {
            return;
        }

        var line = MonitorMessages.Event(name, data, HostTime);
        foreach (var monitor in _monitors.Where(monitor => monitor.IsNegotiated))
        {
            monitor.Send(line);
        }
    }

    public void EmitMigration(MigrationStatus status, bool always = false)
    {
        if (Capabilities.Events || always)
        {
            Emit("MIGRATION", json => json.WriteString("status"u8, status.Value));
        }
    }

    /// <summary>Changes the run state, with STOP or RESUME where the guest stops or goes on.</summary>
    public void Run(RunState next)
    {
        StateTables.Run.Require(RunState, next);
        var ran = IsRunning;
        RunState = next;
        Disks.Settle();
        if (ran == IsRunning)
        {
            return;
        }

        if (ran)
        {
            Link.GuestEnded(_vm);
            Emit("STOP");
            Jobs.Drain();
        }
        else
        {
            Link.GuestBegan(_vm);
            Disks.GuestWrites();
            Emit("RESUME");
            Jobs.RemoteMoved();
        }

        Outgoing.GuestChanged();
    }

    /// <summary><c>migrate-pause</c>: breaks the stream of a guest that has gone ahead, from either end.</summary>
    public bool TryBreakPostcopy()
    {
        var stream = Outgoing.Status == MigrationStatus.PostcopyActive ? Outgoing
            : Incoming.Status == MigrationStatus.PostcopyActive ? Incoming.Sender
            : null;
        stream?.Yank();
        return stream is not null;
    }

    /// <summary><c>stop</c></summary>
    public void Stop()
    {
        if (RunState == RunState.InMigrate)
        {
            WillStart = false;
        }
        else if (RunState == RunState.Running)
        {
            Run(RunState.Paused);
        }
    }

    /// <summary><c>cont</c></summary>
    public void Continue()
    {
        if (RunState == RunState.FinishMigrate)
        {
            throw new CommandRefusedException("Migration is not finalized yet");
        }

        Disks.Activate();
        if (RunState == RunState.InMigrate)
        {
            WillStart = true;
        }
        else if (RunState != RunState.Running)
        {
            Run(RunState.Running);
        }
    }

    /// <summary><c>quit</c>: the answer still gets out.</summary>
    public void Quit()
    {
        Emit("SHUTDOWN", json =>
        {
            json.WriteBoolean("guest"u8, false);
            json.WriteString("reason"u8, "host-qmp-quit"u8);
        });
        Agenda.After(TimeSpan.Zero, () =>
        {
            Exports.Close();
            Exit(0);
        });
    }

    /// <summary>The process ends: its monitors close, its guest is gone, its peer will notice.</summary>
    public void Exit(int code)
    {
        if (ExitCode is not null)
        {
            return;
        }

        if (IsRunning)
        {
            Link.GuestEnded(_vm);
        }

        ExitCode = code;
        Link.Machines.Remove(this);
        Agenda.Die();
        Outgoing.ProcessEnded();
        Incoming.ProcessEnded();
        Jobs.ProcessEnded();
        Exports.ProcessEnded();
        Disks.ProcessEnded();
        foreach (var monitor in _monitors)
        {
            monitor.Close();
        }

        _exited.TrySetResult(code);
    }

    public void Freeze()
    {
        Agenda.Freeze();
        StreamMayStand();
    }

    public void Thaw()
    {
        Agenda.Thaw();
        StreamMayStand();
    }

    /// <summary>The network broke what it carried for this process.</summary>
    public void ConnectionsCut()
    {
        if (Outgoing.IsUnderWay)
        {
            Outgoing.Yank();
        }

        Disks.ConnectionsCut();
        Jobs.RemoteMoved();
    }

    public Task MonitorsEnded() => _monitorsEnded;

    private void StreamMayStand()
    {
        Outgoing.StreamMayStand();
        Incoming.Sender?.PeerMayStand();
        Jobs.RemoteMoved();
        Exports.Moved();
    }
}
