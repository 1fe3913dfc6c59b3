using System.Text.Json;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The sending side of a migration: setup, passes over the RAM, the switch-over, and every way out of it.</summary>
internal sealed class OutgoingMigration(Machine machine)
{
    // QEMU looks whether the rest fits into the downtime limit between two rounds of sending, and knows no bandwidth in its first 100 ms.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstMeasurement = TimeSpan.FromMilliseconds(100);

    // The status is told first, the run state follows (measured).
    private static readonly TimeSpan RunStateFollows = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan CleanUp = TimeSpan.FromMilliseconds(1);

    private IncomingMigration? _receiver;
    private RamModel? _ram;
    private Agenda.Entry? _next;
    private MigrationAddress? _address;
    private RunState _before;
    private bool _isCut;
    private bool _isWhole;
    private string? _error;
    private TimeSpan _began;
    private TimeSpan _wasActive;
    private TimeSpan _stopped;
    private TimeSpan _expectedDowntime;
    private MigrationTotals? _totals;
    private readonly AutoConverge _throttle = new(machine);

    public MigrationStatus Status { get; private set; } = MigrationStatus.None;

    public bool IsUnderWay => Status == MigrationStatus.Setup || IsSending || Status == MigrationStatus.PostcopyActive || Status == MigrationStatus.Cancelling;

    private bool IsSending => Status == MigrationStatus.Active || Status == MigrationStatus.PreSwitchover || Status == MigrationStatus.Device;

    private bool IsSwitchingOver => machine.RunState == RunState.FinishMigrate;

    private double Threshold => SendingRate * machine.Parameters.DowntimeLimitMilliseconds / 1000.0;

    private double SendingRate => machine.Parameters.MaxBandwidth > 0
        ? Math.Min(machine.Link.BytesPerSecond, machine.Parameters.MaxBandwidth)
        : machine.Link.BytesPerSecond;

    private string LossText => machine.Capabilities.ReturnPath ? "Unable to write to socket: Bad file descriptor" : "Unable to write to socket: Broken pipe";

    /// <summary><c>migrate</c>: it succeeds before the channel is open.</summary>
    public void Begin(string uri)
    {
        if (IsUnderWay || IsSwitchingOver)
        {
            throw CommandRefusedException.InProgress;
        }

        if (machine.RunState == RunState.InMigrate)
        {
            throw new CommandRefusedException("Guest is waiting for an incoming migration");
        }

        if (machine.RunState == RunState.PostMigrate)
        {
            throw new CommandRefusedException("Can't migrate the vm that was paused due to previous migration");
        }

        (_receiver, _ram, _totals, _error, _isCut, _isWhole, _began) = (null, null, null, null, false, false, machine.Now);
        Move(MigrationStatus.Setup);
        try
        {
            _address = MigrationAddress.Parse(uri);
        }
        catch (CommandRefusedException e)
        {
            // a protocol QEMU does not know fails without a description (measured)
            _error = uri.StartsWith("tcp:", StringComparison.Ordinal) ? e.Description : null;
            Move(MigrationStatus.Failed);
            throw;
        }

        Next(machine.Options.SetupTime + (2 * machine.Link.Latency), Connect);
    }

    /// <summary><c>migrate-continue</c></summary>
    public void Continue(string state)
    {
        if (Status.Value != state)
        {
            throw new CommandRefusedException($"Migration not in expected state: {Status}");
        }

        // Any other state's semaphore is posted in vain.
        if (Status == MigrationStatus.PreSwitchover)
        {
            Next(TimeSpan.Zero, () =>
            {
                Move(MigrationStatus.Device);
                SendTheRest();
            });
        }
    }

    /// <summary><c>migrate-start-postcopy</c>: it succeeds at once, and does nothing to a migration that is over.</summary>
    public void StartPostcopy()
    {
        if (Status == MigrationStatus.None)
        {
            throw new CommandRefusedException("Postcopy must be started after migration has been started");
        }

        if (Status == MigrationStatus.Active && !IsSwitchingOver && !_isCut)
        {
            Next(TimeSpan.Zero, GoAhead);
        }
    }

    /// <summary><c>migrate_cancel</c></summary>
    public void Cancel()
    {
        if (Status != MigrationStatus.Setup && !IsSending)
        {
            return;
        }

        Move(MigrationStatus.Cancelling);
        CutStream();
        Next(TimeSpan.Zero, () =>
        {
            GuestGoesOn();
            Next(CleanUp, () => Move(MigrationStatus.Cancelled));
        });
    }

    /// <summary><c>yank</c>: the socket is shut, whatever waits for it fails.</summary>
    public void Yank()
    {
        CutStream();
        ReceiverGone();
    }

    /// <summary>The receiver said that it has loaded; only a sender with a return path listens.</summary>
    public void ReceiverLoaded()
    {
        if (machine.Capabilities.ReturnPath && _isWhole && IsSending)
        {
            Next(machine.Link.Latency, Complete);
        }
    }

    /// <summary>The receiver is no more. A sender that writes notices, and so does one that waits for the return path.</summary>
    public void ReceiverGone()
    {
        _isCut = true;
        if (Status == MigrationStatus.PostcopyActive)
        {
            Next(machine.Options.LossNoticedAfter, () => Move(MigrationStatus.PostcopyPaused));
        }
        else if (Status == MigrationStatus.Setup || (IsSending && Status != MigrationStatus.PreSwitchover))
        {
            Next(_isWhole ? machine.Link.Latency : machine.Options.LossNoticedAfter, () => Fail(IsSwitchingOver ? null : LossText));
        }
    }

    /// <summary>The process ended; the receiver sees the stream end.</summary>
    public void ProcessEnded() => CutStream();

    /// <summary>The guest was stopped or went on; from now on it dirties less or more.</summary>
    public void GuestChanged() => StreamMayStand();

    /// <summary>Somebody froze, thawed, or set another limit.</summary>
    public void StreamMayStand()
    {
        if (_ram is null || !IsSending)
        {
            return;
        }

        var stands = machine.Agenda.IsFrozen || (Status == MigrationStatus.Active && !IsSwitchingOver && _receiver is { IsFrozen: true });
        var waits = Status == MigrationStatus.PreSwitchover;

        // The rest goes out unlimited: max-bandwidth no longer counts.
        var rate = stands || waits ? 0 : IsSwitchingOver ? machine.Link.BytesPerSecond : SendingRate;
        _ram.Run(machine.Now, rate, machine.IsRunning && !machine.Agenda.IsFrozen, IsSwitchingOver);
        if (Status == MigrationStatus.Active && !IsSwitchingOver && !_isCut)
        {
            LookAgain();
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        _ram?.MoveTo(machine.Now);
        MigrationInfoWriter.Write(json, Status, _ram, _totals ?? Totals(), _expectedDowntime, SendingRate, _throttle.Percent, _error);
    }

    private void Connect()
    {
        if (!machine.Link.TryConnect(_address!.Key, out var receiver))
        {
            Fail(_address.Refused);
            return;
        }

        _receiver = receiver;
        receiver.Connected(this);
        _wasActive = machine.Now;
        _expectedDowntime = TimeSpan.FromMilliseconds(machine.Parameters.DowntimeLimitMilliseconds);
        _ram = new RamModel(machine.Options.MemoryBytes, machine.Options.DirtyBytesPerSecond, machine.Options.WorkingSetBytes, machine.Now);
        _throttle.Begin(machine.Now);
        EmitPass();
        Move(MigrationStatus.Active);
        StreamMayStand();
    }

    private void LookAgain()
    {
        var fits = _ram!.UntilRemaining(Math.Max(Threshold - 1, 0));
        var empty = _ram.UntilRemaining(0);
        if (empty == Timeout.InfiniteTimeSpan)
        {
            _next?.Dispose();
            return;
        }

        var rounds = Math.Max(1, Math.Ceiling(fits / Round));
        var measured = _wasActive + FirstMeasurement - machine.Now;
        var look = TimeSpan.FromTicks(Math.Max((long)(rounds * Round.Ticks), measured.Ticks));
        Next(look < empty ? look : empty, Look);
    }

    private void Look()
    {
        _ram!.MoveTo(machine.Now);
        var isMeasured = machine.Now - _wasActive >= FirstMeasurement;
        if (isMeasured && _ram.Remaining < Threshold)
        {
            _throttle.Synchronised(_ram, _ram.Synchronise(machine.Now), machine.Now);
            EmitPass();
            _expectedDowntime = _ram.DirtyPagesPerSecond > 0 ? TimeSpan.FromSeconds(_ram.Remaining / SendingRate) : _expectedDowntime;
        }

        if (_ram.Remaining == 0 || (isMeasured && _ram.Remaining < Threshold))
        {
            SwitchOver();
        }
        else
        {
            LookAgain();
        }
    }

    private void SwitchOver()
    {
        _before = machine.RunState;
        _stopped = machine.Now;
        machine.Run(RunState.FinishMigrate);
        if (machine.Capabilities.PauseBeforeSwitchover)
        {
            Move(MigrationStatus.PreSwitchover);
            StreamMayStand();
        }
        else
        {
            SendTheRest();
        }
    }

    private void SendTheRest()
    {
        _ram!.Synchronise(machine.Now);
        EmitPass();
        StreamMayStand();
        if (_isCut)
        {
            ReceiverGone();
            return;
        }

        Next(TimeSpan.FromSeconds((double)(_ram.Remaining + machine.Options.DeviceStateBytes) / machine.Link.BytesPerSecond), () =>
        {
            _isWhole = true;
            machine.Disks.Inactivate();
            _receiver!.StreamSent(_before);
            if (!machine.Capabilities.ReturnPath)
            {
                Complete();
            }
        });
    }

    // The state is told first, then the guest stops (measured). What it needs of the rest it asks for; here all comes in its order.
    private void GoAhead()
    {
        (_before, _stopped) = (machine.RunState, machine.Now);
        Move(MigrationStatus.PostcopyActive);
        machine.Run(RunState.FinishMigrate);
        _ram!.Synchronise(machine.Now);
        EmitPass();
        machine.Disks.Inactivate();
        var rate = machine.Parameters.MaxPostcopyBandwidth > 0
            ? Math.Min(machine.Link.BytesPerSecond, machine.Parameters.MaxPostcopyBandwidth)
            : machine.Link.BytesPerSecond;
        var devices = TimeSpan.FromSeconds((double)machine.Options.DeviceStateBytes / machine.Link.BytesPerSecond);
        _receiver!.GuestSent(_before, devices);
        _ram.Run(machine.Now, rate, guestRuns: false);
        Next(devices + _ram.UntilRemaining(0), () =>
        {
            _isWhole = true;
            _receiver!.RestSent();
            Next(2 * machine.Link.Latency, Complete);
        });
    }

    private void Complete()
    {
        _totals = Totals();
        Move(MigrationStatus.Completed);
        Next(RunStateFollows, () =>
        {
            machine.Run(RunState.PostMigrate);
            machine.Jobs.Drain();
        });
    }

    private void Fail(string? error)
    {
        _error = error;
        Move(MigrationStatus.Failed);
        CutStream();
        Next(RunStateFollows, GuestGoesOn);
    }

    private void GuestGoesOn()
    {
        if (IsSwitchingOver)
        {
            machine.Disks.TryActivate();
            machine.Run(_before == RunState.Running ? RunState.Running : RunState.PostMigrate);
        }
    }

    // What was sent as a whole stays sent: the receiver may still become complete.
    private void CutStream()
    {
        _isCut = true;
        _receiver?.StreamCut();
        _receiver = null;
    }

    private MigrationTotals Totals() => new(
        machine.Now - _began,
        _wasActive - _began,
        IsSwitchingOver ? machine.Now - _stopped : TimeSpan.Zero,
        _isWhole ? machine.Options.DeviceStateBytes : 0);

    private void EmitPass()
    {
        if (machine.Capabilities.Events)
        {
            machine.Emit("MIGRATION_PASS", json => json.WriteNumber("pass"u8, _ram!.Pass));
        }
    }

    private void Move(MigrationStatus next)
    {
        StateTables.Outgoing.Require(Status, next);
        Status = next;
        machine.EmitMigration(next);
    }

    // There is one thing a migration does next; whatever happens replaces it.
    private void Next(TimeSpan delay, Action action)
    {
        _next?.Dispose();
        _next = machine.Agenda.After(delay, action);
    }
}
