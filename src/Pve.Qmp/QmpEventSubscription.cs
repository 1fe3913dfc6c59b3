using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Pve.Qmp.Session;

namespace Pve.Qmp;

/// <summary>A bounded queue of events. Register it before the command that causes the event, and nothing is missed.</summary>
/// <remarks>It is read by one reader at a time. It ends when the client is disposed, and throws the reason when the connection is lost.</remarks>
/// <example><code>
/// using QmpEventSubscription stops = qemu.Subscribe("STOP");
/// await qemu.ExecuteAsync(QmpCommands.Stop, cancellationToken: cancellationToken);
/// QmpEvent stopped = await stops.ReadAsync(cancellationToken);
/// </code></example>
public sealed class QmpEventSubscription : IAsyncEnumerable<QmpEvent>, IDisposable
{
    // what one event takes beside its data and its name: the object, its place in the queue
    private const int EventBytes = 128;

    private readonly EventHub _hub;
    private readonly FrozenSet<string> _names;
    private readonly Channel<QmpEvent> _queue;
    private readonly QmpSubscriptionOptions _options;
    private long _dropped;
    private long _waitingBytes;

    internal QmpEventSubscription(EventHub hub, QmpSubscriptionOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxWaitingBytes, 1);
        (_hub, _options) = (hub, options);
        _names = options.Events.ToFrozenSet(StringComparer.Ordinal);
        _queue = options.Overflow == QmpOverflow.Wait
            ? Channel.CreateUnbounded<QmpEvent>(new UnboundedChannelOptions { SingleWriter = true })
            : Channel.CreateBounded<QmpEvent>(
                new BoundedChannelOptions(options.Capacity)
                {
                    SingleWriter = true,
                    FullMode = options.Overflow == QmpOverflow.DropOldest ? BoundedChannelFullMode.DropOldest : BoundedChannelFullMode.Wait,
                },
                Dropping);
    }

    /// <summary>How many events were dropped because they were not read in time.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>How many events wait to be read.</summary>
    public int Waiting => _queue.Reader.Count;

    /// <summary>Takes the next event, waiting for it.</summary>
    /// <exception cref="QmpException">The connection was lost, or the queue overflowed where that ends it.</exception>
    /// <exception cref="ChannelClosedException">The subscription or its client was disposed.</exception>
    public async ValueTask<QmpEvent> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return Taken(await _queue.Reader.ReadAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (ChannelClosedException e) when (e.InnerException is QmpException reason)
        {
            throw reason;
        }
    }

    /// <summary>Takes an event that already waits.</summary>
    public bool TryRead([NotNullWhen(true)] out QmpEvent? qmpEvent)
    {
        if (!_queue.Reader.TryRead(out qmpEvent))
        {
            return false;
        }

        Taken(qmpEvent);
        return true;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerator<QmpEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        while (await _queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (TryRead(out var qmpEvent))
            {
                yield return qmpEvent;
            }
        }
    }

    /// <summary>Ends the subscription; events that wait can still be read.</summary>
    public void Dispose()
    {
        _hub.Remove(this);
        End(null);
    }

    internal bool Wants(string name) => _names.Count == 0 || _names.Contains(name);

    internal void Push(QmpEvent qmpEvent)
    {
        var bytes = Interlocked.Add(ref _waitingBytes, Weight(qmpEvent));
        while (bytes > _options.MaxWaitingBytes && _options.Overflow == QmpOverflow.DropOldest && _queue.Reader.TryRead(out var oldest))
        {
            Dropping(oldest);
            bytes = Interlocked.Read(ref _waitingBytes);
        }

        // one event alone always has room
        if ((bytes > _options.MaxWaitingBytes && Waiting > 0) || (!_queue.Writer.TryWrite(qmpEvent) && _options.Overflow == QmpOverflow.Fail))
        {
            Overflow();
        }
    }

    internal void End(QmpException? reason) => _queue.Writer.TryComplete(reason);

    private static int Weight(QmpEvent qmpEvent) => EventBytes + (sizeof(char) * qmpEvent.Name.Length) + qmpEvent.PayloadBytes;

    private QmpEvent Taken(QmpEvent qmpEvent)
    {
        Interlocked.Add(ref _waitingBytes, -Weight(qmpEvent));
        return qmpEvent;
    }

    private void Dropping(QmpEvent oldest)
    {
        Interlocked.Increment(ref _dropped);
        Taken(oldest);
    }

    private void Overflow()
    {
        _hub.Remove(this);
        End(new QmpEventOverflowException(Waiting));
    }
}
