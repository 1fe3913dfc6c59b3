using System.Text.Json;
using Pve.Migration.Testing.Simulation.Storage;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing.Simulation;

/// <summary>The receiving side of a migration. What reaches it late, because it was frozen, it still does in the order it came.</summary>
internal sealed class IncomingMigration(Machine machine)
{
    private MigrationAddress? _address;
    private bool _isWhole;
    private RunState _sourceState;
    private string? _mismatch;
    private BlockNodes? _bitmaps;
    private bool _isAhead;
    private bool _hasPages;

    public MigrationStatus Status { get; private set; } = MigrationStatus.None;

    /// <summary>The sender, while the stream is open.</summary>
    public OutgoingMigration? Sender { get; private set; }

    /// <summary>Whether the guest waits for pages that do not come: its vCPU then keeps the whole monitor but for out-of-band commands (measured).</summary>
    public bool IsStuck => machine.IsRunning && (Status == MigrationStatus.PostcopyPaused || Status == MigrationStatus.PostcopyRecover);

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
        ListenAt(uri);
    }

    /// <summary><c>migrate-recover</c>: says <c>setup</c>, and stays paused until the source comes.</summary>
    public void Recover(string uri)
    {
        if (Status != MigrationStatus.PostcopyPaused)
        {
            throw new CommandRefusedException("Migrate recover can only be run when postcopy is paused.");
        }

        machine.Link.Forget(this);
        machine.EmitMigration(MigrationStatus.Setup, always: true);
        ListenAt(uri);
    }

    /// <summary>Whether it understands a stream that is encrypted by credentials of that type, or not at all.</summary>
    public bool Takes(string? type) => machine.Objects.Credentials(machine.Parameters.TlsCredentials, "server", out var error) == type && error is null;

    /// <summary>Who came does not speak as it does. One that speaks TLS listens on; any other takes it for a stream, and ends (measured).</summary>
    public void Rejects()
    {
        if (machine.Parameters.TlsCredentials.Length > 0)
        {
            machine.Link.TryListen(_address!.Key, this);
            return;
        }

        machine.Agenda.Do(() =>
        {
            Move(MigrationStatus.Active);
            Fail("Not a migration stream");
        });
    }

    /// <summary>The channel is open.</summary>
    public void Connected(OutgoingMigration sender)
    {
        Sender = sender;
        machine.Agenda.Do(() => Move(MigrationStatus.Active));
    }

    /// <summary>The whole stream was sent; it arrives after the link's latency, whatever happens to the sender.</summary>
    /// <param name="sourceState">The source's run state before it paused the guest.</param>
    /// <param name="bitmaps">The source's disks, where their bitmaps travel along.</param>
    public void StreamSent(RunState sourceState, BlockNodes? bitmaps)
    {
        _bitmaps = machine.Capabilities.DirtyBitmaps ? bitmaps : null;
        _sourceState = sourceState;
        machine.Agenda.After(machine.Link.Latency, () =>
        {
            _isWhole = true;
            machine.Agenda.After(machine.Options.LoadTime, Loaded);
        });
    }

    /// <summary>The guest was sent ahead of its pages.</summary>
    public void GuestSent(RunState sourceState)
    {
        _sourceState = sourceState;
        machine.Agenda.After(machine.Link.Latency, () =>
        {
            Move(MigrationStatus.PostcopyActive);
            machine.Agenda.After(machine.Options.LoadTime, GoAhead);
        });
    }

    /// <summary>All pages were sent.</summary>
    public void PagesSent() => machine.Agenda.After(machine.Link.Latency, () =>
    {
        _hasPages = true;
        BecomeWhole();
    });

    /// <summary>The source comes back over another stream; false where nobody waits for it.</summary>
    public bool TryRecover(OutgoingMigration sender)
    {
        if (Status != MigrationStatus.PostcopyPaused)
        {
            return false;
        }

        Sender = sender;
        machine.Agenda.Do(() => Move(MigrationStatus.PostcopyRecover));
        machine.Agenda.After(machine.Link.Latency, () =>
        {
            if (Status == MigrationStatus.PostcopyRecover)
            {
                Move(MigrationStatus.PostcopyActive);
                machine.TakeWhatWaited();
            }
        });
        return true;
    }

    /// <summary>The stream was cut before its end.</summary>
    public void StreamCut() => machine.Agenda.After(machine.Link.Latency, () =>
    {
        Sender = null;
        if (Status == MigrationStatus.PostcopyRecover || (Status == MigrationStatus.PostcopyActive && _isAhead && !_hasPages))
        {
            Move(MigrationStatus.PostcopyPaused);
        }
        else if (Status == MigrationStatus.PostcopyActive && !_isAhead)
        {
            Fail("postcopy_ram_listen_thread: loadvm failed: -5");
        }

        if (Status == MigrationStatus.Active && !_isWhole)
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

        if (Status != MigrationStatus.Completed && Status != MigrationStatus.Failed && Status != MigrationStatus.None)
        {
            _address?.Write(json);
        }

        json.WriteEndObject();
    }

    private void ListenAt(string uri)
    {
        var address = MigrationAddress.ParseIncoming(uri);
        if (!machine.Link.TryListen(address.Key, this))
        {
            throw new CommandRefusedException($"Failed to bind socket to {address.Name}: Address already in use");
        }

        _address = address;
    }

    private void GoAhead()
    {
        if (_mismatch is not null)
        {
            Fail(_mismatch);
        }
        else if (Status == MigrationStatus.PostcopyActive)
        {
            _isAhead = true;
            Begin();
            BecomeWhole();
        }
    }

    private void BecomeWhole()
    {
        if (_isAhead && _hasPages && Status == MigrationStatus.PostcopyActive)
        {
            Complete();
        }
    }

    // RESUME goes before completed (measured). A guest that did not run on the source does not run here either.
    private void Loaded()
    {
        if (_mismatch is not null)
        {
            Fail(_mismatch);
            return;
        }

        Begin();
        if (_bitmaps is not null)
        {
            machine.Disks.TakeBitmaps(_bitmaps);
        }

        Complete();
    }

    private void Begin()
    {
        var isToRun = machine.WillStart && _sourceState == RunState.Running;
        if (!machine.Capabilities.LateBlockActivate || isToRun)
        {
            isToRun &= machine.Disks.TryActivate();
        }

        machine.Run(isToRun ? RunState.Running
            : _sourceState == RunState.Prelaunch || _sourceState == RunState.IoError ? _sourceState
            : RunState.Paused);
    }

    private void Complete()
    {
        Move(MigrationStatus.Completed);
        Sender?.ReceiverLoaded();
        Sender = null;
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
