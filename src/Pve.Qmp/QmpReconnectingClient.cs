using System.Runtime.CompilerServices;
using Pve.Qmp.Session;

namespace Pve.Qmp;

/// <summary>
/// A client that can be connected again after its connection was lost, when its user says so. Its event subscriptions live on, with a
/// <see cref="QmpGapEvent"/> where events may be missing.
/// </summary>
/// <remarks>
/// A command never moves to another connection: QEMU may have executed it. It fails with the one it was sent over, and its caller decides.
/// </remarks>
/// <example>
/// <code>
/// await using var monitor = await QmpReconnectingClient.ConnectAsync(QmpEndpoint.Unix("/run/vm/100.qmp"), cancellationToken: cancellationToken);
/// QmpClient client = monitor.Client;
/// try
/// {
///     await client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken);
/// }
/// catch (QmpException e) when (!e.ConnectionUsable)
/// {
///     QmpResumedState now = await monitor.ReconnectAsync(client, cancellationToken);
///     Console.WriteLine($"{now.Status.Status}, {now.Jobs.Count} jobs");
/// }
/// </code>
/// </example>
public sealed class QmpReconnectingClient : IAsyncDisposable
{
    private readonly Func<CancellationToken, Task<QmpClient>> _connect;
    private readonly EventHub _events = new();
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _disposing = new();
    private readonly ConditionalWeakTable<QmpClient, Connection> _former = []; // those still held by somebody
    private Connection _current;
    private QmpResumedState? _state;

    private QmpReconnectingClient(Func<CancellationToken, Task<QmpClient>> connect, QmpClient client)
    {
        _connect = connect;
        _current = new Connection(client);
        _current.Pump(_events);
    }

    /// <summary>The connection of now; when it is lost it stays so, and <see cref="ReconnectAsync"/> brings another.</summary>
    public QmpClient Client => Volatile.Read(ref _current).Client;

    /// <summary>Connects for the first time.</summary>
    /// <exception cref="QmpException">As for <see cref="QmpClient.ConnectAsync(QmpEndpoint, QmpClientOptions?, CancellationToken)"/>.</exception>
    /// <exception cref="ArgumentException">The endpoint is a file descriptor, which is closed with its connection and may be another's by then.</exception>
    public static Task<QmpReconnectingClient> ConnectAsync(
        QmpEndpoint endpoint, QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return endpoint.Address is null
            ? throw new ArgumentException($"{endpoint} can be connected once only; use an address.", nameof(endpoint))
            : ConnectAsync(token => QmpClient.ConnectAsync(endpoint, options, token), cancellationToken);
    }

    /// <summary>Connects for the first time, in a way of the caller's own, which is gone again each time.</summary>
    /// <exception cref="QmpException">Whatever <paramref name="connect"/> throws.</exception>
    public static async Task<QmpReconnectingClient> ConnectAsync(
        Func<CancellationToken, Task<QmpClient>> connect, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connect);
        return new QmpReconnectingClient(connect, await connect(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Closes <paramref name="failed"/>, connects and negotiates anew, and asks how the guest, its migration and its jobs are. Where another
    /// caller was first, that one's answer is returned and nothing is closed.
    /// </summary>
    /// <param name="failed">The <see cref="Client"/> that cannot be used any more.</param>
    /// <param name="cancellationToken">Stops connecting.</param>
    /// <exception cref="QmpException">There is no new connection; call again when there may be one.</exception>
    /// <exception cref="ArgumentException">The client is none of this one's.</exception>
    /// <exception cref="ObjectDisposedException">This was disposed, before or meanwhile.</exception>
    public async Task<QmpResumedState> ReconnectAsync(QmpClient failed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failed);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposing.IsCancellationRequested, this);
            if (failed == Client)
            {
                using var connecting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
                return await ConnectAnewAsync(connecting.Token).ConfigureAwait(false);
            }

            return _former.TryGetValue(failed, out _)
                ? _state!
                : throw new ArgumentException("This client never was the reconnecting client's own.", nameof(failed));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && _disposing.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(QmpReconnectingClient));
        }
        catch (OperationCanceledException e) when (e.CancellationToken != cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested(); // the caller knows this token
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Queues the named events, of this connection and of all that follow; all events where none is named.</summary>
    public QmpEventSubscription Subscribe(params string[] events) => Subscribe(new QmpSubscriptionOptions { Events = events });

    /// <summary>Queues events, of this connection and of all that follow. A <see cref="QmpGapEvent"/> is always among them.</summary>
    public QmpEventSubscription Subscribe(QmpSubscriptionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var subscription = new QmpEventSubscription(_events, options);
        _events.Add(subscription);
        return subscription;
    }

    /// <summary>Closes the connection, or ends an attempt to make one, and ends the subscriptions.</summary>
    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync().ConfigureAwait(false);
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            await _current.EndAsync().ConfigureAwait(false);
            _events.End(null);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<QmpResumedState> ConnectAnewAsync(CancellationToken cancellationToken)
    {
        await _current.EndAsync().ConfigureAwait(false); // a monitor serves one client
        var next = new Connection(await _connect(cancellationToken).ConfigureAwait(false));
        try
        {
            _state = await QmpResumedState.AskAsync(next.Client, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await next.EndAsync().ConfigureAwait(false);
            throw;
        }

        _events.Publish(new QmpGapEvent(_current.EndedBy, _state, next.Client.TimeProvider));
        _former.Add(_current.Client, _current);
        Volatile.Write(ref _current, next);
        next.Pump(_events);
        return _state;
    }

    /// <summary>One connection and all its events, from its first moment on.</summary>
    private sealed class Connection(QmpClient client)
    {
        private readonly QmpEventSubscription _all = client.Subscribe(new QmpSubscriptionOptions { Overflow = QmpOverflow.Wait });
        private Task _pumping = Task.CompletedTask;

        public QmpClient Client => client;

        /// <summary>Why it ended; none where we closed it, or where it lasts.</summary>
        public QmpException? EndedBy { get; private set; }

        /// <summary>Hands its events on, and a mark when it is lost.</summary>
        public void Pump(EventHub events) => _pumping = Task.Run(() => PumpAsync(events));

        public async Task EndAsync()
        {
            await client.DisposeAsync().ConfigureAwait(false);
            await _pumping.ConfigureAwait(false);
        }

        private async Task PumpAsync(EventHub events)
        {
            try
            {
                await foreach (var qmpEvent in _all.ConfigureAwait(false))
                {
                    events.Publish(qmpEvent);
                }
            }
            catch (QmpException reason)
            {
                EndedBy = reason;
                events.Publish(new QmpGapEvent(reason, null, client.TimeProvider));
                await client.DisposeAsync().ConfigureAwait(false); // it may live, with more events than could wait: nobody would hear it
            }
        }
    }
}
