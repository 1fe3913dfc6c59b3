using System.Collections.Frozen;
using System.Threading.Channels;
using Pve.Qmp.Session;

namespace Pve.Qmp;

/// <summary>A bounded queue of events. Register it before the command that causes the event, and nothing is missed.</summary>
/// <remarks>Enumerate it once. It ends when the client is disposed, and throws the reason when the connection is lost.</remarks>
/// <example>
/// <code>
/// using QmpEventSubscription stops = qemu.Subscribe("STOP"); // before the command that causes it
/// await qemu.ExecuteAsync(QmpCommands.Stop);
/// QmpEvent stop = await stops.ReadAsync(cancellationToken);
/// Console.WriteLine($"paused at {stop.Timestamp:O}, {stops.Dropped} events dropped");
/// </code>
/// </example>
public sealed class QmpEventSubscription : IAsyncEnumerable<QmpEvent>, IDisposable
{
    private readonly EventHub _hub;
    private readonly FrozenSet<string> _names;
    private readonly Channel<QmpEvent> _queue;
    private readonly QmpOverflow _overflow;
    private readonly int _capacity;
    private long _dropped;

    internal QmpEventSubscription(EventHub hub, QmpSubscriptionOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Capacity, 1);
        (_hub, _overflow, _capacity) = (hub, options.Overflow, options.Capacity);
        _names = options.Events.ToFrozenSet(StringComparer.Ordinal);
        var bounds = new BoundedChannelOptions(options.Capacity)
        {
            SingleWriter = true,
            FullMode = options.Overflow == QmpOverflow.DropOldest ? BoundedChannelFullMode.DropOldest : BoundedChannelFullMode.Wait,
        };
        _queue = Channel.CreateBounded<QmpEvent>(bounds, _ => Interlocked.Increment(ref _dropped));
    }

    /// <summary>How many events were dropped because they were not read in time.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes the next event, waiting for it.</summary>
    /// <exception cref="QmpException">The connection was lost, or the queue overflowed with <see cref="QmpOverflow.Fail"/>.</exception>
    /// <exception cref="ChannelClosedException">The subscription or its client was disposed.</exception>
    public async ValueTask<QmpEvent> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _queue.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e) when (e.InnerException is QmpException reason)
        {
            throw reason;
        }
    }

    /// <summary>Takes an event that already waits.</summary>
    public bool TryRead([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out QmpEvent? qmpEvent) => _queue.Reader.TryRead(out qmpEvent);

    /// <inheritdoc/>
    public IAsyncEnumerator<QmpEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        => _queue.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Ends the subscription; events that wait can still be read.</summary>
    public void Dispose()
    {
        _hub.Remove(this);
        End(null);
    }

    internal bool Wants(string name) => _names.Count == 0 || _names.Contains(name);

    internal void Push(QmpEvent qmpEvent)
    {
        if (!_queue.Writer.TryWrite(qmpEvent) && _overflow == QmpOverflow.Fail)
        {
            _hub.Remove(this);
            End(new QmpEventOverflowException(_capacity));
        }
    }

    internal void End(QmpException? reason) => _queue.Writer.TryComplete(reason);
}
