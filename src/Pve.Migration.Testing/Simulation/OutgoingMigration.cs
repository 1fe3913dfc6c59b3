using System.Text.Json;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The sending side of a migration: setup, passes over the RAM, the switch-over, and every way out of it.</summary>
internal sealed partial class OutgoingMigration(Machine machine)
{
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
    private TimeSpan? _downtime;
    private TimeSpan _expectedDowntime;
    private MigrationTotals? _totals;

    public MigrationStatus Status { get; private set; } = MigrationStatus.None;

    public bool IsUnderWay => Status == MigrationStatus.Setup || IsSending || IsPaused || Status == MigrationStatus.Cancelling;

    private bool IsSending => Status == MigrationStatus.Active || Status == MigrationStatus.PreSwitchover || Status == MigrationStatus.Device
        || Status == MigrationStatus.PostcopyActive;

    private bool IsPaused => Status == MigrationStatus.PostcopyPaused || Status == MigrationStatus.PostcopyRecover;

    /// <summary>Whether it waits, with QEMU's lock in its hands, for a target that does not read.</summary>
    public bool HoldsLock => machine.Options.LocksUpInLastPass && IsSwitchingOver && IsSending && Status != MigrationStatus.PreSwitchover
        && !_isWhole && !_isCut && _receiver is { IsFrozen: true };

    private bool IsSwitchingOver => machine.RunState == RunState.FinishMigrate;

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
            _next?.Dispose(); // nobody is left to end it: it stays so (measured)
            return;
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
        machine.TakeWhatWaited();
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

        var credentials = machine.Objects.Credentials(machine.Parameters.TlsCredentials, "client", out var error);
        var isTaken = receiver.Takes(credentials) && error is null;
        if (!isTaken)
        {
            receiver.Rejects();
            if (error is not null || credentials is not null)
            {
                Fail(error ?? "TLS handshake failed: Error in the pull function.");
                return;
            }
        }

        _receiver = isTaken ? receiver : null;
        _receiver?.Connected(this);
        _wasActive = machine.Now;
        _expectedDowntime = TimeSpan.FromMilliseconds(machine.Parameters.DowntimeLimitMilliseconds);
        var guest = machine.Options;
        _ram = new RamModel(guest.MemoryBytes, guest.DirtyBytesPerSecond, guest.WorkingSetBytes, guest.WriteFaultTime, machine.Now);
        _throttle = new AutoConverge(machine.Parameters, machine.Now);
        _flow ??= machine.Link.WireFrom(machine).Open(RateChanged);
        EmitPass();
        Move(MigrationStatus.Active);
        StreamMayStand();
        if (!isTaken)
        {
            ReceiverGone(); // who writes in plain text does not wait for a handshake
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
