using System.Text.Json;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The sending side of a migration: setup, passes over the RAM, the switch-over, and every way out of it.</summary>
internal sealed partial class OutgoingMigration(Machine machine)
{
    // QEMU looks whether the rest fits into the downtime limit between two rounds of sending, and knows no bandwidth in its first 100 ms.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstMeasurement = TimeSpan.FromMilliseconds(100);

    // The status is told first, the run state follows (measured).
    private static readonly TimeSpan RunStateFollows = TimeSpan.FromMicroseconds(200);
    private static readonly TimeSpan CleanUp = TimeSpan.FromMilliseconds(1);

    private IncomingMigration? _receiver;
    private RamModel? _ram;
    private AutoConverge? _throttle;
    private WireFlow? _flow;
    private double _lastRate;
    private double _rest;
    private TimeSpan _restAt;
    private Agenda.Entry? _next;
    private MigrationAddress? _address;
    private RunState _before;
    private bool _isCut;
    private bool _isWhole;
    private string? _error;
    private TimeSpan _began;
    private TimeSpan _wasActive;
    private TimeSpan _stopped;
    private TimeSpan? _downtime;
    private TimeSpan _expectedDowntime;
    private MigrationTotals? _totals;

    public MigrationStatus Status { get; private set; } = MigrationStatus.None;

    public bool IsUnderWay => Status == MigrationStatus.Setup || IsSending || IsPaused || Status == MigrationStatus.Cancelling;

    private bool IsSending => Status == MigrationStatus.Active || Status == MigrationStatus.PreSwitchover || Status == MigrationStatus.Device
        || Status == MigrationStatus.PostcopyActive;

    private bool IsPaused => Status == MigrationStatus.PostcopyPaused || Status == MigrationStatus.PostcopyRecover;

    private bool IsSwitchingOver => machine.RunState == RunState.FinishMigrate;

    // What is left when all but that has been sent fits into the downtime limit.
    private double Threshold => _lastRate * machine.Parameters.DowntimeLimitMilliseconds / 1000.0;

    // The rest goes out unlimited: max-bandwidth no longer counts.
    private double Wanted => !IsSending || _isWhole || machine.Agenda.IsFrozen || Status == MigrationStatus.PreSwitchover
        || (Status == MigrationStatus.Active && !IsSwitchingOver && _receiver is { IsFrozen: true }) ? 0
        : Status == MigrationStatus.PostcopyActive ? WantedByPages
        : IsSwitchingOver || machine.Parameters.MaxBandwidth == 0 ? double.PositiveInfinity
        : machine.Parameters.MaxBandwidth;

    private double WantedByPages => !_wentAhead || _receiver is { IsFrozen: true } ? 0
        : machine.Parameters.MaxPostcopyBandwidth == 0 ? double.PositiveInfinity
        : machine.Parameters.MaxPostcopyBandwidth;

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

        (_receiver, _ram, _throttle, _totals, _error, _isCut, _isWhole, _rest, _began) = (null, null, null, null, null, false, false, 0, machine.Now);
        (_mayGoAhead, _wentAhead, _downtime) = (false, false, null);
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

    /// <summary><c>migrate_cancel</c></summary>
    public void Cancel()
    {
        if (Status != MigrationStatus.Setup && !IsSending && !IsPaused)
        {
            return;
        }

        var isPaused = IsPaused;
        Move(MigrationStatus.Cancelling);
        CutStream();
        if (isPaused)
        {
            return; // nobody is left to end it: it stays so (measured)
        }

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
        if ((machine.Capabilities.ReturnPath || _wentAhead) && _isWhole && IsSending && !_isCut)
        {
            Next(machine.Link.Latency, Complete);
        }
    }

    /// <summary>The receiver is no more. A sender that writes notices, and so does one that waits for the return path.</summary>
    public void ReceiverGone()
    {
        _isCut = true;
        if (Status == MigrationStatus.PostcopyActive || Status == MigrationStatus.PostcopyRecover)
        {
            Next(machine.Options.LossNoticedAfter, Pause);
        }
        else if (Status == MigrationStatus.Setup || (IsSending && Status != MigrationStatus.PreSwitchover))
        {
            Next(_isWhole ? machine.Link.Latency : machine.Options.LossNoticedAfter, () => Fail(IsSwitchingOver ? null : LossText));
        }
    }

    /// <summary>The process ended; the receiver sees the stream end.</summary>
    public void ProcessEnded()
    {
        CutStream();
        _flow?.Want(0);
    }

    /// <summary>The guest was stopped or went on; from now on it dirties less or more.</summary>
    public void GuestChanged() => StreamMayStand();

    /// <summary>Somebody froze, thawed, or set another limit.</summary>
    public void StreamMayStand()
    {
        _flow?.Want(Wanted);
        RateChanged();
    }

    public void Write(Utf8JsonWriter json)
    {
        _ram?.MoveTo(machine.Now);
        MigrationInfoWriter.Write(json, Status, _ram, _totals ?? Totals(), _expectedDowntime, _lastRate, IsSending ? _throttle!.Percentage : 0, _error);
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
        var guest = machine.Options;
        _ram = new RamModel(guest.MemoryBytes, guest.DirtyBytesPerSecond, guest.WorkingSetBytes, guest.WriteFaultTime, machine.Now);
        _throttle = new AutoConverge(machine.Parameters, machine.Now);
        _flow ??= machine.Link.Wire.Open(RateChanged);
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

        if (_mayGoAhead)
        {
            Next(Round, GoAhead);
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
            Synchronise();
            _expectedDowntime = _ram.DirtyPagesPerSecond > 0 ? TimeSpan.FromSeconds(_ram.Remaining / _lastRate) : _expectedDowntime;
        }

        if (_ram.Remaining == 0 || (isMeasured && _ram.Remaining < Threshold))
        {
            SwitchOver();
        }
        else
        {
            RateChanged(); // it may be throttled
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
        Synchronise();
        (_rest, _restAt) = (Math.Max(1, _ram!.Remaining + machine.Options.DeviceStateBytes), machine.Now);
        StreamMayStand();
        if (_isCut)
        {
            ReceiverGone();
        }
    }

    // Faster or slower from now on, or not at all.
    private void RateChanged()
    {
        if (_ram is null || !IsSending)
        {
            return;
        }

        var before = _ram.Rate;
        _lastRate = _flow!.Rate > 0 ? _flow.Rate : _lastRate;
        _ram.Run(machine.Now, _flow.Rate, machine.IsRunning && !machine.Agenda.IsFrozen, IsSwitchingOver && Status != MigrationStatus.PostcopyActive, 1 - (_throttle!.Percentage / 100.0));
        if (_isCut)
        {
            return;
        }

        if (Status == MigrationStatus.Active && !IsSwitchingOver)
        {
            LookAgain();
        }
        else if (Status == MigrationStatus.PostcopyActive && _wentAhead && !_isWhole)
        {
            SendPages();
        }
        else if (_rest > 0 && !_isWhole)
        {
            _rest = Math.Max(1, _rest - (before * (machine.Now - _restAt).TotalSeconds));
            _restAt = machine.Now;
            SendOn();
        }
    }

    private void SendOn()
    {
        _next?.Dispose();
        if (_flow!.Rate > 0)
        {
            Next(TimeSpan.FromSeconds(_rest / _flow.Rate), () =>
            {
                _isWhole = true;
                StreamMayStand();
                machine.Disks.Inactivate();
                _receiver!.StreamSent(_before, machine.Capabilities.DirtyBitmaps ? machine.Disks : null);
                if (!machine.Capabilities.ReturnPath)
                {
                    Complete();
                }
            });
        }
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
            _ = !_wentAhead && machine.Disks.TryActivate();
            machine.Run(_before == RunState.Running && !_wentAhead ? RunState.Running : RunState.PostMigrate);
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
        _downtime ?? (IsSwitchingOver ? machine.Now - _stopped : TimeSpan.Zero),
        _isWhole || _wentAhead ? machine.Options.DeviceStateBytes : 0,
        _wentAhead ? _ram!.Sent - _sentBefore : 0);

    private void Synchronise()
    {
        var dirtied = _ram!.Synchronise(machine.Now);
        EmitPass();
        _throttle!.Synchronised(machine.Now, machine.Capabilities.AutoConverge, _ram.Sent, dirtied);
    }

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
        _flow?.Want(Wanted);
        machine.EmitMigration(next);
    }

    // There is one thing a migration does next; whatever happens replaces it.
    private void Next(TimeSpan delay, Action action)
    {
        _next?.Dispose();
        _next = machine.Agenda.After(delay, action);
    }
}
