using System.Text.Json;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The receiving side of a migration. What reaches it late, because it was frozen, it still does in the order it came.</summary>
internal sealed class IncomingMigration(Machine machine)
{
    private MigrationAddress? _address;
    private bool _isWhole;
    private RunState _sourceState;
    private string? _mismatch;

    public MigrationStatus Status { get; private set; } = MigrationStatus.None;

    /// <summary>The sender, while the stream is open.</summary>
    public OutgoingMigration? Sender { get; private set; }

    public bool IsFrozen => machine.Agenda.IsFrozen;

    public bool IsAlive => machine.ExitCode is null;

    /// <summary>What it did not understand; QEMU says it on stderr.</summary>
    public string? Failure { get; private set; }

    /// <summary>The device state will not fit.</summary>
    public void Mismatch(string why) => _mismatch = why;

    /// <summary><c>migrate-incoming</c></summary>
    public void Listen(string uri)
    {
        if (!machine.Options.Incoming)
        {
            throw new CommandRefusedException("'-incoming' was not specified on the command line");
        }

        if (_address is not null)
        {
            throw new CommandRefusedException("The incoming migration has already been started");
        }

        // It says so before it has looked at the address, whether events are on or not, and may be asked again (measured).
        Move(MigrationStatus.Setup);
        var address = MigrationAddress.ParseIncoming(uri);
        if (!machine.Link.TryListen(address.Key, this))
        {
            throw new CommandRefusedException($"Failed to bind socket to {address.Name}: Address already in use");
        }

        _address = address;
    }

    /// <summary>The channel is open.</summary>
    public void Connected(OutgoingMigration sender)
    {
        Sender = sender;
        machine.Agenda.Do(() => Move(MigrationStatus.Active));
    }

    /// <summary>The whole stream was sent; it arrives after the link's latency, whatever happens to the sender.</summary>
    public void StreamSent(RunState sourceState)
    {
        _sourceState = sourceState;
        machine.Agenda.After(machine.Link.Latency, () =>
        {
            _isWhole = true;
            machine.Agenda.After(machine.Options.LoadTime, Loaded);
        });
    }

    /// <summary>The guest goes ahead of its RAM: its devices arrive first.</summary>
    public void GuestSent(RunState sourceState, TimeSpan devices)
    {
        _sourceState = sourceState;
        machine.Agenda.After(devices + machine.Link.Latency, () =>
        {
            Move(MigrationStatus.PostcopyActive);
            machine.Agenda.After(machine.Options.LoadTime, StartOrWait);
        });
    }

    /// <summary>The last page of such a guest.</summary>
    public void RestSent() => machine.Agenda.After(machine.Link.Latency, () =>
    {
        Move(MigrationStatus.Completed);
        Sender = null;
    });

    /// <summary>The stream was cut before its end.</summary>
    public void StreamCut() => machine.Agenda.After(machine.Link.Latency, () =>
    {
        Sender = null;
        if (Status == MigrationStatus.PostcopyActive)
        {
            Move(MigrationStatus.PostcopyPaused);
        }
        else if (Status == MigrationStatus.Active && !_isWhole)
        {
            Fail("load of migration failed: Input/output error");
        }
    });

    /// <summary>The process ended, by whatever cause.</summary>
    public void ProcessEnded()
    {
        machine.Link.Forget(this);
        Sender?.ReceiverGone();
        Sender = null;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (Status != MigrationStatus.Setup && Status != MigrationStatus.None)
        {
            json.WriteString("status"u8, Status.Value);
        }

        if (Status == MigrationStatus.Setup || Status == MigrationStatus.Active)
        {
            _address?.Write(json);
        }

        json.WriteEndObject();
    }

    // RESUME goes before completed (measured). A guest that did not run on the source does not run here either.
    private void Loaded()
    {
        if (_mismatch is not null)
        {
            Fail(_mismatch);
            return;
        }

        StartOrWait();
        Move(MigrationStatus.Completed);
        Sender?.ReceiverLoaded();
        Sender = null;
    }

    private void StartOrWait()
    {
        var isToRun = machine.WillStart && _sourceState == RunState.Running;
        if (!machine.Capabilities.LateBlockActivate || isToRun)
        {
            isToRun &= machine.Disks.TryActivate();
        }

        machine.Run(_sourceState == RunState.Prelaunch ? RunState.Prelaunch
            : isToRun ? RunState.Running
            : RunState.Paused);
    }

    private void Fail(string why)
    {
        Failure = why;
        Move(MigrationStatus.Failed);
        machine.Exit(1);
    }

    private void Move(MigrationStatus next)
    {
        StateTables.Incoming.Require(Status, next);
        Status = next;
        machine.EmitMigration(next, always: next == MigrationStatus.Setup);
    }
}
