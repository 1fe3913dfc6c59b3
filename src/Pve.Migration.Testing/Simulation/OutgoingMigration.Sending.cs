using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

// What flows: how fast by the limits and by what others leave of the link, pass after pass, and at last the rest.
internal sealed partial class OutgoingMigration
{
    // QEMU looks whether the rest fits into the downtime limit between two rounds of sending, and knows no bandwidth in its first 100 ms.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan FirstMeasurement = TimeSpan.FromMilliseconds(100);

    private AutoConverge? _throttle;
    private WireFlow? _flow;
    private double _lastRate;
    private double _rest;
    private TimeSpan _restAt;

    // What is left when all but that has been sent fits into the downtime limit.
    private double Threshold => _lastRate * machine.Parameters.DowntimeLimitMilliseconds / 1000.0;

    // The rest goes out unlimited: max-bandwidth no longer counts.
    private double Wanted => !IsSending || _isWhole || machine.Agenda.IsFrozen || Status == MigrationStatus.PreSwitchover || HoldsLock
        || (Status == MigrationStatus.Active && !IsSwitchingOver && _receiver is { IsFrozen: true }) ? 0
        : Status == MigrationStatus.PostcopyActive ? WantedByPages
        : IsSwitchingOver || machine.Parameters.MaxBandwidth == 0 ? double.PositiveInfinity
        : machine.Parameters.MaxBandwidth;

    private double WantedByPages => !_wentAhead || _receiver is { IsFrozen: true } ? 0
        : machine.Parameters.MaxPostcopyBandwidth == 0 ? double.PositiveInfinity
        : machine.Parameters.MaxPostcopyBandwidth;

    /// <summary>Somebody froze, thawed, or set another limit.</summary>
    public void StreamMayStand()
    {
        _flow?.Want(Wanted);
        RateChanged();
    }

    /// <summary>The receiver was frozen, or thawed.</summary>
    public void PeerMayStand()
    {
        StreamMayStand();
        machine.TakeWhatWaited();
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
}
