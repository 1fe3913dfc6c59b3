using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Pve.Migration.Diagnostics;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// The listening end of <see cref="UnixTransport"/> and <see cref="TcpTransport"/>: hands out connections, on each of which a server can be
/// run. A client that stalls in its TLS handshake holds nobody else up, unless <see cref="MtunnelListenerOptions.MaxPending"/> of them do: then who comes,
/// forwarded sockets as well, waits until their <see cref="MtunnelListenerOptions.HandshakeTimeout"/> is over.
/// </summary>
public sealed class MtunnelListener : IAsyncDisposable
{
    private const int Backlog = 64;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    private readonly Socket _listener;
    private readonly string _name;
    private readonly MtunnelListenerOptions _options;
    private readonly ILogger _logger;
    private readonly Channel<IMtunnelConnection> _ready;
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskSet _handshakes = new();
    private readonly Task _accepting;
    private readonly Lock _gate = new();
    private Task? _disposal;

    private MtunnelListener(Socket listener, string name, MtunnelListenerOptions options, ILogger logger)
    {
        (_listener, _name, _options, _logger) = (listener, name, options, logger);
        _ready = Channel.CreateUnbounded<IMtunnelConnection>();
        _places = new SemaphoreSlim(options.MaxPending);
        _accepting = Task.Run(AcceptSocketsAsync);
    }

    /// <summary>Where it listens, with the port that the system chose where it was asked to.</summary>
    public EndPoint EndPoint => _listener.LocalEndPoint!;

    /// <summary>Listens at a path, mode 0600. A dead socket there is removed; disposing the listener removes its own.</summary>
    /// <exception cref="ArgumentException">The path is not absolute, or longer than 107 bytes, or TLS is given, which a unix socket has no use for.</exception>
    /// <exception cref="MtunnelConnectionException">The path cannot be listened at, or is taken.</exception>
    public static MtunnelListener ListenUnix(string path, MtunnelListenerOptions? options = null)
    {
        LocalSockets.ThrowIfUnfit(path, nameof(path));
        options ??= new MtunnelListenerOptions();
        options.Validate();
        if (options.Tls is not null)
        {
            throw new ArgumentException("a unix socket is not encrypted: its permissions guard it", nameof(options));
        }

        ILogger logger = options.LoggerFactory.CreateLogger(typeof(MtunnelListener).FullName!);
        string name = $"listener at {path}";
        return new MtunnelListener(LocalSockets.Listen(path, name, logger), name, options, logger);
    }

    /// <summary>Listens at an address, port 0 for any; without TLS it must be loopback.</summary>
    /// <exception cref="ArgumentException">The address is not loopback, and there is no TLS.</exception>
    /// <exception cref="MtunnelConnectionException">The address cannot be listened at, or is taken.</exception>
    public static MtunnelListener ListenTcp(IPEndPoint endPoint, MtunnelListenerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        options ??= new MtunnelListenerOptions();
        options.Validate();
        if (options.Tls is null && !IPAddress.IsLoopback(endPoint.Address))
        {
            throw new ArgumentException($"{endPoint} is not loopback, and a tunnel never leaves the machine in the clear: give {nameof(options.Tls)}", nameof(endPoint));
        }

        ILogger logger = options.LoggerFactory.CreateLogger(typeof(MtunnelListener).FullName!);
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(endPoint);
            socket.Listen(Backlog);
            return new MtunnelListener(socket, $"listener at {socket.LocalEndPoint}", options, logger);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new MtunnelConnectionException($"listener at {endPoint}: {e.Message} (see that the address is one of ours and the port is free)", e);
        }
    }

    /// <summary>The next client, its TLS done; who takes it disposes it. Those that were turned away never show up here.</summary>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public async Task<IMtunnelConnection> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            IMtunnelConnection connection = await _ready.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            _places.Release();
            return connection;
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(_name);
        }
    }

    /// <summary>
    /// Runs <paramref name="serve"/> for each client, side by side, until the token fires or the listener is disposed, and then awaits all
    /// of them. A connection is disposed when its <paramref name="serve"/> is done; one that fails is logged and harms no other.
    /// </summary>
    public async Task ServeAsync(Func<IMtunnelConnection, CancellationToken, Task> serve, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(serve);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        CancellationToken stop = either.Token;
        using var places = new SemaphoreSlim(_options.MaxClients);
        var served = new TaskSet();
        try
        {
            while (true)
            {
                await places.WaitAsync(stop).ConfigureAwait(false);
                IMtunnelConnection connection = await AcceptAsync(stop).ConfigureAwait(false);
                served.Run(() => ServeOneAsync(connection, serve, places, stop));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            await served.JoinAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Stops listening, and ends the clients that nobody accepted yet; the others are their owners'.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _disposal ??= DisposeCoreAsync();
        }

        return new ValueTask(_disposal);
    }

    private async Task ServeOneAsync(
        IMtunnelConnection connection, Func<IMtunnelConnection, CancellationToken, Task> serve, SemaphoreSlim places, CancellationToken stop)
    {
        await using (connection.ConfigureAwait(false))
        {
            try
            {
                await serve(connection, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // asked to stop
            }
#pragma warning disable CA1031 // one client must not end the others
            catch (Exception e)
#pragma warning restore CA1031
            {
                _logger.ServingFailed(SecretMask.Apply(e.Message));
            }
        }

        places.Release();
    }

    private async Task AcceptSocketsAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                // clients over the limit wait with the kernel
                await _places.WaitAsync(_stop.Token).ConfigureAwait(false);
                Socket socket = await AcceptSocketAsync().ConfigureAwait(false);
                _handshakes.Run(() => WelcomeAsync(socket));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<Socket> AcceptSocketAsync()
    {
        while (true)
        {
            try
            {
                return await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                // out of file descriptors, most likely: that passes
                _logger.AcceptFailed(_name, e.Message);
                await _stop.Token.PauseAsync(RetryAfter, _options.TimeProvider).ConfigureAwait(false);
            }
        }
    }

    private async Task WelcomeAsync(Socket socket)
    {
        SslStream? tls = null;
        try
        {
            string name = _name;
            if (socket.RemoteEndPoint is IPEndPoint remote)
            {
                TcpSocket.Tune(socket);
                name = $"client {remote}";
            }

            if (_options.Tls is { } trust)
            {
                using var late = new CancellationTokenSource(_options.HandshakeTimeout, _options.TimeProvider);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, late.Token);
                tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
                await tls.AuthenticateAsServerAsync(trust, either.Token).ConfigureAwait(false);
            }

            var parts = new LinkConnectionParts(_options.TimeProvider) { WhyNoForwards = "this is the server's end" };
            var link = tls is null ? new SocketLink(socket) : new SocketLink(socket, tls);
            var connection = new LinkConnection(link, name, parts, _logger);
            if (!_ready.Writer.TryWrite(connection))
            {
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // a callback of the TLS options may throw anything, and a place that is not given back is gone for good
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.ClientTurnedAway(_name, e is OperationCanceledException ? "it did not finish its TLS handshake in time" : e.Message);
            if (tls is not null)
            {
                await tls.DisposeAsync().ConfigureAwait(false);
            }

            socket.Dispose();
            _places.Release();
        }
    }

    private async Task DisposeCoreAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);

        // takes a unix socket's file along
        _listener.Dispose();
        await _handshakes.JoinAsync().ConfigureAwait(false);
        _ready.Writer.TryComplete();
        while (_ready.Reader.TryRead(out IMtunnelConnection? connection))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
