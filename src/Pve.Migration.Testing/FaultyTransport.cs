using Pve.Migration.Testing.Faults;

namespace Pve.Migration.Testing;

/// <summary>A transport whose connections have faults in them, on the tunnel and on the sockets that are forwarded beside it.</summary>
/// <remarks>For what no tunnel carries, such as a monitor's connection, see <see cref="FaultyPipe"/>.</remarks>
/// <example><code>
/// // the first tunnel loses the peer's third line, a second one is sound
/// var lost = WireFault.Drop(WirePlace.Line(WireDirection.FromPeer, 2));
/// var transport = new FaultyTransport(new InProcessTransport(server), time, connection => connection == 0 ? [lost] : []);
/// await using var target = new TunnelTarget(incoming, transport);
/// </code></example>
public sealed class FaultyTransport : IMtunnelTransport
{
    private readonly Lock _lock = new();
    private readonly List<WireFault> _struck = [];
    private readonly IMtunnelTransport _inner;
    private readonly TimeProvider _time;
    private readonly Func<int, IReadOnlyCollection<WireFault>> _faultsOf;
    private int _connections;

    /// <summary>Puts the same faults into each connection.</summary>
    /// <param name="inner">The sound transport.</param>
    /// <param name="time">The clock of delays.</param>
    /// <param name="faults">What goes wrong on each tunnel.</param>
    public FaultyTransport(IMtunnelTransport inner, TimeProvider time, params IReadOnlyCollection<WireFault> faults)
        : this(inner, time, _ => faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
    }

    /// <summary>Puts faults into each connection by its number.</summary>
    /// <param name="inner">The sound transport.</param>
    /// <param name="time">The clock of delays.</param>
    /// <param name="faultsOf">What goes wrong on the tunnel of that number, counted from 0.</param>
    public FaultyTransport(IMtunnelTransport inner, TimeProvider time, Func<int, IReadOnlyCollection<WireFault>> faultsOf)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(faultsOf);
        (_inner, _time, _faultsOf) = (inner, time, faultsOf);
    }

    /// <summary>What goes wrong on each connection to a forwarded socket; nothing unless set.</summary>
    public IReadOnlyCollection<WireFault> ForwardFaults { get; init; } = [];

    /// <inheritdoc/>
    public string Name => _inner.Name;

    /// <summary>The faults that have struck on any connection, in their order.</summary>
    public IReadOnlyList<WireFault> Struck
    {
        get
        {
            lock (_lock)
            {
                return [.. _struck];
            }
        }
    }

    /// <inheritdoc/>
    public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var faults = _faultsOf(Interlocked.Increment(ref _connections) - 1);
        var inner = await _inner.ConnectAsync(cancellationToken).ConfigureAwait(false);
        return new FaultyConnection(inner, _time, faults, ForwardFaults, Note);
    }

    private void Note(WireFault fault)
    {
        lock (_lock)
        {
            _struck.Add(fault);
        }
    }
}
