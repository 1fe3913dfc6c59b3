using System.IO.Pipelines;
using Pve.Migration.Testing.Simulation;
using Pve.Qmp.Commands;

namespace Pve.Migration.Testing;

/// <summary>A QEMU that is only its monitor: QMP, the two state machines of a migration, and RAM that is dirtied and sent. It talks like QEMU 7.2.</summary>
/// <remarks>
/// Everything takes its time on the link's <see cref="TimeProvider"/>. Connect with
/// <c>QmpClient.ConnectAsync(qemu.OpenMonitor(), qemu.Name)</c>; a client takes one message a line.
/// </remarks>
public sealed class SimulatedQemu : IAsyncDisposable
{
    private readonly SimulatedLink _link;
    private readonly Machine _machine;

    /// <summary>Starts a VM on a host of <paramref name="link"/>.</summary>
    public SimulatedQemu(SimulatedLink link, SimulatedQemuOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        options ??= new SimulatedQemuOptions();
        options.Validate();
        _link = link;
        Name = options.Name;
        lock (link.Gate)
        {
            _machine = new Machine(this, link, options);
        }
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    /// <summary>Whether the guest's CPUs run. A frozen guest that ran counts as running: it goes on when it thaws.</summary>
    public bool IsGuestRunning => Look(machine => machine.IsRunning);

    /// <summary>Whether the process lives.</summary>
    public bool IsAlive => Look(machine => machine.ExitCode is null);

    /// <summary>What the process ended with: 0 after <c>quit</c>, 1 after a failed incoming migration, 137 after <see cref="Kill"/>; null while it lives.</summary>
    public int? ExitCode => Look(machine => machine.ExitCode);

    /// <summary>Completes with the exit code when the process has ended.</summary>
    public Task<int> Exited => _machine.Exited;

    /// <summary>The run state, as <c>query-status</c> tells it.</summary>
    public RunState RunState => Look(machine => machine.RunState);

    /// <summary>The status of the migration that leaves, or that arrived where none left yet; <c>setup</c> shows here even where <c>query-migrate</c> hides it.</summary>
    public MigrationStatus MigrationStatus => Look(machine
        => machine.Outgoing.Status == MigrationStatus.None ? machine.Incoming.Status : machine.Outgoing.Status);

    /// <summary>Why the incoming migration failed, which QEMU says on stderr only.</summary>
    public string? IncomingFailure => Look(machine => machine.Incoming.Failure);

    /// <summary>The time by the host's own clock, as events tell it.</summary>
    public DateTimeOffset HostTime => _machine.HostTime;

    /// <summary>Opens a monitor of its own, as another <c>-qmp</c> socket would; its client's end is returned.</summary>
    public IDuplexPipe OpenMonitor()
    {
        var (client, server) = MemoryPipe.CreatePair();
        Serve(server);
        return client;
    }

    /// <summary>Serves a monitor over any pipe, such as an accepted socket's; both its directions are completed at the end.</summary>
    public void Serve(IDuplexPipe pipe)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        Change(machine => machine.Serve(pipe));
    }

    /// <summary>SIGKILL: the monitors close at once. A sender that sends notices; one that waits at <c>pre-switchover</c> does not.</summary>
    public void Kill() => Change(machine => machine.Exit(137));

    /// <summary>SIGSTOP: monitors take requests but do not answer, and what comes in is not loaded.</summary>
    public void Freeze() => Change(machine => machine.Freeze());

    /// <summary>SIGCONT: what came in meanwhile is done in its order.</summary>
    public void Thaw() => Change(machine => machine.Thaw());

    /// <summary>A disk refuses what its running guest writes, which stops the guest as <c>werror=stop</c> has it.</summary>
    public void FailGuestWrite() => Change(machine => machine.Run(RunState.IoError));

    /// <summary>Makes the device state not fit this target, which it finds out when it loads; it then exits with 1.</summary>
    public void FailIncoming(string why = "Unknown savevm section or instance '0000:00:02.0/virtio-rng' 0")
        => Change(machine => machine.Incoming.Mismatch(why));

    /// <summary>Makes a folder of the host one without certificates and keys, so that no TLS credentials can be made of it.</summary>
    public void FailCredentials(string folder) => Change(machine => machine.Objects.Empty(folder));

    /// <summary>Kills the process if it lives, and closes its monitors.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await _machine.MonitorsEnded().ConfigureAwait(false);
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    private T Look<T>(Func<Machine, T> what)
    {
        lock (_link.Gate)
        {
            return what(_machine);
        }
    }

    private void Change(Action<Machine> what)
    {
        lock (_link.Gate)
        {
            what(_machine);
        }
    }
}
