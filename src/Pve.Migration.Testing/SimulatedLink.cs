using Pve.Migration.Testing.Simulation;
using Pve.Migration.Testing.Simulation.Storage;

namespace Pve.Migration.Testing;

/// <summary>The network between simulated hosts, and the world they share: one clock, the listening addresses, and who ran when.</summary>
public sealed class SimulatedLink
{
    private readonly SimulatedLinkOptions _options;
    private readonly Dictionary<string, IncomingMigration> _listeners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedImage> _images = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SharedWire> _wires = new(StringComparer.Ordinal);
    private readonly RunLog _runs;

    /// <summary>Creates a link with nobody on it.</summary>
    public SimulatedLink(SimulatedLinkOptions? options = null)
    {
        _options = options ?? new SimulatedLinkOptions();
        _options.Validate();
        _runs = new RunLog(_options.TimeProvider);
    }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider => _options.TimeProvider;

    /// <summary>What each host may send over the link, in bytes a second.</summary>
    public long BytesPerSecond => _options.BytesPerSecond;

    /// <summary>How long a byte travels.</summary>
    public TimeSpan Latency => _options.Latency;

    /// <summary>Every stretch of time in which a guest ran, in the order they began.</summary>
    public IReadOnlyList<GuestRun> Runs
    {
        get
        {
            lock (Gate)
            {
                return _runs.ToArray();
            }
        }
    }

    /// <summary>Creates an image.</summary>
    /// <param name="path">Its path, which VMs find it by.</param>
    /// <param name="bytes">Its size in bytes.</param>
    /// <param name="dataBytes">How much of it is not zero, in bytes; all unless given.</param>
    /// <exception cref="ArgumentException">There is one of that path.</exception>
    public SimulatedImage CreateImage(string path, long bytes, long? dataBytes = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        ArgumentOutOfRangeException.ThrowIfNegative(dataBytes ?? 0, nameof(dataBytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dataBytes ?? 0, bytes, nameof(dataBytes));
        var image = new SimulatedImage(path, bytes, dataBytes ?? bytes);
        lock (Gate)
        {
            _images.Add(path, image);
        }

        return image;
    }

    /// <summary>The image of that path; null where there is none.</summary>
    public SimulatedImage? FindImage(string path)
    {
        lock (Gate)
        {
            return _images.GetValueOrDefault(path);
        }
    }

    /// <summary>
    /// Breaks every migration stream and every NBD connection that is open, as a network that fails for a moment does; what is opened afterwards is sound.
    /// What was sent as a whole still arrives.
    /// </summary>
    public void CutConnections()
    {
        lock (Gate)
        {
            foreach (var machine in Machines.ToArray())
            {
                machine.ConnectionsCut();
            }
        }
    }

    // One lock for the whole world: what happens on one host happens before or after what happens on the other.
    internal Lock Gate { get; } = new();

    /// <summary>Those that live, in the order they were started.</summary>
    internal List<Machine> Machines { get; } = [];

    /// <summary>What all that leaves the machine's host shares; the other way is free for others.</summary>
    internal SharedWire WireFrom(Machine machine)
    {
        if (!_wires.TryGetValue(machine.Options.HostName, out var wire))
        {
            _wires.Add(machine.Options.HostName, wire = new SharedWire(BytesPerSecond));
        }

        return wire;
    }

    internal Dictionary<string, NbdServer> NbdServers { get; } = new(StringComparer.Ordinal);

    internal SimulatedImage ImageOf(SimulatedDisk disk) => FindImage(disk.Path) ?? CreateImage(disk.Path, disk.Bytes, disk.DataBytes);

    internal NbdExport ConnectNbd(MigrationAddress address, string export)
        => NbdServers.TryGetValue(address.Key, out var server) ? server.Find(export) : throw new CommandRefusedException(address.Refused);

    internal void GuestBegan(SimulatedQemu vm) => _runs.Began(vm);

    internal void GuestEnded(SimulatedQemu vm) => _runs.Ended(vm);

    internal bool TryListen(string address, IncomingMigration migration) => _listeners.TryAdd(address, migration);

    internal void Forget(IncomingMigration migration)
    {
        foreach (var address in _listeners.Where(entry => entry.Value == migration).Select(entry => entry.Key).ToArray())
        {
            _listeners.Remove(address);
        }
    }

    /// <summary>Takes the listener, as QEMU does: it accepts one migration.</summary>
    internal bool TryConnect(string address, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out IncomingMigration? migration)
        => _listeners.Remove(address, out migration);
}
