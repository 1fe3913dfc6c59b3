using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

// Post-copy: the guest goes ahead with its device state, and its pages follow. From there on each side alone is worthless: a broken stream pauses
// the migration until it is resumed over another.
internal sealed partial class OutgoingMigration
{
    private bool _mayGoAhead;
    private bool _wentAhead;
    private long _sentBefore;

    /// <summary><c>migrate-start-postcopy</c>: said before the copy begins, or while it goes on, or in vain.</summary>
    public void StartPostcopy()
    {
        if (!machine.Capabilities.PostcopyRam)
        {
            throw new CommandRefusedException("Enable postcopy with migrate_set_capability before the start of migration");
        }

        if (Status == MigrationStatus.None)
        {
            throw new CommandRefusedException("Postcopy must be started after migration has been started");
        }

        _mayGoAhead = true;
        RateChanged();
    }

    /// <summary><c>migrate</c> with <c>resume</c>; where nobody listens it stays paused, and QEMU says so on stderr alone.</summary>
    public void Resume(string uri)
    {
        if (Status != MigrationStatus.PostcopyPaused)
        {
            throw new CommandRefusedException("Cannot resume if there is no paused migration");
        }

        _address = MigrationAddress.Parse(uri);
        Next(machine.Options.SetupTime + (2 * machine.Link.Latency), Reconnect);
    }

    private void GoAhead()
    {
        _before = machine.RunState;
        _stopped = machine.Now;
        Move(MigrationStatus.PostcopyActive);
        machine.Run(RunState.FinishMigrate);
        machine.Disks.Inactivate();
        Synchronise();
        _sentBefore = _ram!.Sent;
        Next(TimeSpan.FromSeconds((double)machine.Options.DeviceStateBytes / machine.Link.BytesPerSecond), () =>
        {
            (_wentAhead, _downtime) = (true, machine.Now - _stopped);
            _receiver!.GuestSent(_before);
            StreamMayStand();
        });
    }

    private void SendPages()
    {
        var left = _ram!.UntilRemaining(0);
        _next?.Dispose();
        if (left != Timeout.InfiniteTimeSpan)
        {
            Next(left, () =>
            {
                _isWhole = true;
                StreamMayStand();
                _receiver!.PagesSent();
            });
        }
    }

    private void Pause()
    {
        Move(MigrationStatus.PostcopyPaused);
        _ram!.Stand(machine.Now);
        _isWhole = false;
        CutStream();
    }

    private void Reconnect()
    {
        if (!machine.Link.TryConnect(_address!.Key, out var receiver) || !receiver.TryRecover(this))
        {
            return;
        }

        (_receiver, _isCut) = (receiver, false);
        Move(MigrationStatus.PostcopyRecover);
        Next(2 * machine.Link.Latency, () =>
        {
            Move(MigrationStatus.PostcopyActive);
            StreamMayStand();
        });
    }
}
