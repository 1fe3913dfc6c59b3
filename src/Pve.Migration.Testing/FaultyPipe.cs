using System.IO.Pipelines;
using Pve.Migration.Testing.Faults;

namespace Pve.Migration.Testing;

/// <summary>A connection with faults in it: whatever is carried by pipes, a monitor's connection or a raw stream, is held here instead of the sound one.</summary>
/// <remarks>
/// The same bytes meet the same faults however they were cut into pieces. Without a fault nothing is changed and no time passes. Whoever makes
/// a pipe of this owns it, and with it both directions of the inner one, which are completed at the end.
/// </remarks>
/// <example><code>
/// // the second answer of the monitor comes a second late
/// var late = WireFault.Delay(WirePlace.Line(WireDirection.FromPeer, 2), TimeSpan.FromSeconds(1));
/// await using var pipe = new FaultyPipe(simulated.OpenMonitor(), time, late);
/// await using var client = await QmpClient.ConnectAsync(pipe, "source", new QmpClientOptions { TimeProvider = time });
/// </code></example>
public sealed class FaultyPipe : IDuplexPipe, IAsyncDisposable
{
    // Whoever flushes has handed over what he wrote when the flush returns, as to a socket.
    private static readonly PipeOptions ThereOptions = new(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);
    private static readonly PipeOptions BackOptions = new(useSynchronizationContext: false);

    private readonly Lock _lock = new();
    private readonly List<WireFault> _struck = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Pipe _there = new(ThereOptions);
    private readonly Pipe _back = new(BackOptions);
    private readonly BreakingReader _input;
    private readonly IDuplexPipe _inner;
    private readonly Action<WireFault>? _noted;
    private readonly Action<WireFault?>? _ending;
    private readonly Task _carrying;
    private int _disposed;

    /// <summary>Puts faults between here and <paramref name="inner"/>.</summary>
    /// <param name="inner">The sound connection.</param>
    /// <param name="time">The clock of delays.</param>
    /// <param name="faults">What goes wrong.</param>
    public FaultyPipe(IDuplexPipe inner, TimeProvider time, params IReadOnlyCollection<WireFault> faults)
        : this(inner, time, faults, struck: null, ending: null)
    {
    }

    /// <param name="inner">The sound connection.</param>
    /// <param name="time">The clock of delays.</param>
    /// <param name="faults">What goes wrong.</param>
    /// <param name="struck">Called as a fault strikes.</param>
    /// <param name="ending">Called before <see cref="Input"/> ends, with the fault that ends it, where one does.</param>
    internal FaultyPipe(IDuplexPipe inner, TimeProvider time, IReadOnlyCollection<WireFault> faults, Action<WireFault>? struck, Action<WireFault?>? ending)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(faults);
        (_inner, _noted, _ending, _input) = (inner, struck, ending, new BreakingReader(_back.Reader));
        FaultyWire Wire(WireDirection direction) => new(faults.Where(fault => fault.At.Direction == direction), time, Note, _stop.Cancel);
        _carrying = Task.WhenAll(CarryThereAsync(Wire(WireDirection.ToPeer)), CarryBackAsync(Wire(WireDirection.FromPeer)));
    }

    /// <inheritdoc/>
    public PipeReader Input => _input;

    /// <inheritdoc/>
    public PipeWriter Output => _there.Writer;

    /// <summary>The faults that have struck, in their order.</summary>
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

    /// <summary>Ends both connections; what a fault holds back is lost.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await _carrying.ConfigureAwait(false);
    }

    private async Task CarryThereAsync(FaultyWire wire)
    {
        var failure = await CarryAsync(wire, _there.Reader, _inner.Output).ConfigureAwait(false);
        await _inner.Output.CompleteAsync().ConfigureAwait(false);
        await _there.Reader.CompleteAsync(failure).ConfigureAwait(false);
    }

    private async Task CarryBackAsync(FaultyWire wire)
    {
        var failure = await CarryAsync(wire, _inner.Input, _back.Writer).ConfigureAwait(false);
        var fault = Struck.FirstOrDefault(fault
            => fault.Kind == WireFaultKind.Cut || (fault.Kind == WireFaultKind.Truncate && fault.At.Direction == WireDirection.FromPeer));
        _ending?.Invoke(fault);
        if ((fault?.Kind == WireFaultKind.Cut ? new IOException($"The connection was {fault}.") : failure) is { } broken)
        {
            _input.Break(broken);
        }

        await _back.Writer.CompleteAsync().ConfigureAwait(false);
        await _inner.Input.CompleteAsync().ConfigureAwait(false);
    }

    private async Task<Exception?> CarryAsync(FaultyWire wire, PipeReader from, PipeWriter to)
    {
        try
        {
            await wire.CarryAsync(from, to, _stop.Token).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return e; // the inner connection broke, and so does this one
        }
    }

    private void Note(WireFault fault)
    {
        lock (_lock)
        {
            _struck.Add(fault);
        }

        _noted?.Invoke(fault);
    }
}
