using System.Net;
using System.Net.Sockets;
using Pve.Qmp.Session;

namespace Pve.Qmp;

/// <summary>
/// The server's end of the connection, not of the protocol: QEMU connects to us, as with <c>-qmp unix:PATH,server=off</c>, and then greets.
/// </summary>
/// <example><code>
/// await using var listener = QmpListener.Listen(QmpEndpoint.Unix("/run/vm/waits.qmp"));
/// // qemu-system-x86_64 … -qmp unix:/run/vm/waits.qmp,server=off
/// await using QmpClient client = await listener.AcceptAsync(cancellationToken: cancellationToken);
/// </code></example>
public sealed class QmpListener : IAsyncDisposable
{
    private readonly Socket _socket;

    private QmpListener(Socket socket, QmpEndpoint endpoint) => (_socket, Endpoint) = (socket, endpoint);

    /// <summary>Where it listens.</summary>
    public QmpEndpoint Endpoint { get; }

    /// <summary>Begins to listen. A unix socket can be opened by its owner alone.</summary>
    /// <exception cref="QmpConnectionException">The address is taken, or cannot be listened on.</exception>
    public static QmpListener Listen(QmpEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var address = endpoint.Address ?? throw new ArgumentException($"{endpoint} cannot be listened on; use unix:PATH or tcp:HOST:PORT.", nameof(endpoint));
        var path = (address as UnixDomainSocketEndPoint)?.ToString();
        var socket = endpoint.NewSocket();
        try
        {
            if (path is null)
            {
                socket.Bind(Resolve((DnsEndPoint)address));
            }
            else
            {
                if (File.Exists(path))
                {
                    throw new IOException("a file is there already; remove it if no server uses it");
                }

                socket.Bind(address);
                if (!OperatingSystem.IsWindows())
                {
                    File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite); // nobody can connect before Listen
                }
            }

            socket.Listen();
            return new QmpListener(socket, endpoint);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            throw new QmpConnectionException($"Cannot listen for QEMU at {endpoint}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Waits until somebody connects, and negotiates; the deadline to connect begins when they have. Until it passes, one who says nothing
    /// keeps those behind them waiting, unless as many callers accept at once.
    /// </summary>
    /// <exception cref="QmpException">What connected is no QMP server, said nothing, or was lost; the listener works on.</exception>
    /// <exception cref="ObjectDisposedException">The listener was disposed.</exception>
    public async Task<QmpClient> AcceptAsync(QmpClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new QmpClientOptions();
        options.Validate();
        Socket accepted;
        try
        {
            accepted = await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.OperationAborted)
        {
            throw new ObjectDisposedException($"The listener at {Endpoint} was disposed.", e);
        }
        catch (SocketException e)
        {
            throw new QmpConnectionException($"Nobody could be accepted at {Endpoint}: {e.Message}", e);
        }

        try
        {
            return await QmpClient.ConnectAsync(accepted, Endpoint.Text, options, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpBusyException e)
        {
            throw new QmpConnectionException($"Whoever connected to {Endpoint} said nothing within {options.ConnectTimeout.TotalSeconds:0.###} s.", e);
        }
    }

    /// <summary>Stops listening and removes the socket's file; clients that were accepted live on.</summary>
    public ValueTask DisposeAsync()
    {
        _socket.Dispose(); // the runtime removes the file of a unix socket it bound
        return ValueTask.CompletedTask;
    }

    private static IPEndPoint Resolve(DnsEndPoint address)
        => new(IPAddress.TryParse(address.Host, out var parsed) ? parsed : Dns.GetHostAddresses(address.Host)[0], address.Port);
}
