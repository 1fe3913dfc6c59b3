using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>
/// A tunnel over TCP: to loopback as it is, to other machines under TLS only. A connection to a forwarded socket is one more to the same
/// address, let in by a ticket; an <see cref="MtunnelForwarder"/> has to be at the other end.
/// </summary>
public sealed class TcpTransport : IMtunnelTransport
{
    private readonly string _host;
    private readonly int _port;
    private readonly TcpTransportOptions _options;
    private readonly ILogger _logger;

    /// <exception cref="ArgumentException">The port is none, the fingerprint is none, or both ways to trust are given.</exception>
    public TcpTransport(string host, int port, TcpTransportOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        ArgumentOutOfRangeException.ThrowIfLessThan(port, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        (_host, _port) = (host, port);
        _options = options ?? new TcpTransportOptions();
        _options.Validate();
        _logger = _options.LoggerFactory.CreateLogger(typeof(TcpTransport).FullName!);
    }

    /// <inheritdoc/>
    public string Name => $"{(_options.IsEncrypted ? "TLS" : "TCP")} to {(_host.Contains(':', StringComparison.Ordinal) ? $"[{_host}]" : _host)}:{_port}";

    /// <inheritdoc/>
    public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        IByteLink link = await DialAsync(cancellationToken).ConfigureAwait(false);
        var tickets = new TicketSource(_options.RequestTicket);
        var parts = new LinkConnectionParts(_options.TimeProvider)
        {
            Open = (path, token) => OpenSocketAsync(tickets, path, token),
            Tickets = tickets,
        };
        return await new LinkConnection(link, Name, parts, _logger).WithForwardsAsync(_options.Forwards, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IByteLink> OpenSocketAsync(TicketSource tickets, string path, CancellationToken cancellationToken)
    {
        string ticket = await tickets.RequestAsync(path, cancellationToken).ConfigureAwait(false);
        SocketLink link = await DialAsync(cancellationToken).ConfigureAwait(false);
        using var late = new CancellationTokenSource(_options.ConnectTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await ForwardOpening.RunAsync(link, path, ticket, either.Token).ConfigureAwait(false);
            link.MayStandStill();
            return link;
        }
        catch (Exception e)
        {
            await link.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            string why = late.IsCancellationRequested
                ? $"the other end did not open it within {_options.ConnectTimeout.TotalSeconds:0.###} s"
                : e.Message;
            throw new MtunnelConnectionException($"{Name}: {path} cannot be reached: {why}", e);
        }
    }

    private async Task<SocketLink> DialAsync(CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.ConnectTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(await ResolveAsync(either.Token).ConfigureAwait(false), _port, either.Token).ConfigureAwait(false);
            TcpSocket.Tune(socket);
            return _options.IsEncrypted ? await EncryptAsync(socket, either.Token).ConfigureAwait(false) : new SocketLink(socket);
        }
        catch (Exception e)
        {
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw e switch
            {
                MtunnelConnectionException => e,
                OperationCanceledException when late.IsCancellationRequested => new MtunnelConnectionException(
                    $"{Name}: no connection within {_options.ConnectTimeout.TotalSeconds:0.###} s (see that the host is up and no firewall drops the port)", e),
                SocketException socketError => new MtunnelConnectionException($"{Name}: {e.Message} ({Remedy(socketError.SocketErrorCode)})", e),
                AuthenticationException or IOException => new MtunnelConnectionException($"{Name}: TLS failed: {e.Message}", e),
                _ => e,
            };
        }
    }

    private static string Remedy(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "see that the peer listens there and that the port is right",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "check the host's name and the resolver",
        _ => "see that the host is up and the network leads there",
    };

    // what is connected to is what was checked
    private async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        IPAddress[] addresses = IPAddress.TryParse(_host, out IPAddress? literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(_host, cancellationToken).ConfigureAwait(false);
        if (!_options.IsEncrypted && Array.Find(addresses, static address => !IPAddress.IsLoopback(address)) is { } foreign)
        {
            throw new MtunnelConnectionException(
                $"{Name}: {foreign} is not loopback, and a tunnel never leaves the machine in the clear: give Tls or CertificateFingerprint, or use ssh");
        }

        return addresses;
    }

    private async Task<SocketLink> EncryptAsync(Socket socket, CancellationToken cancellationToken)
    {
        CertificatePin? pin = _options.CertificateFingerprint is { } fingerprint ? CertificatePin.Parse(fingerprint, nameof(fingerprint)) : null;
        SslClientAuthenticationOptions trust = _options.Tls
            ?? new SslClientAuthenticationOptions
            {
                TargetHost = _host,
                RemoteCertificateValidationCallback = pin!.Check,
                ClientCertificateContext = _options.ClientCertificate is { } shown
                    ? SslStreamCertificateContext.Create(shown, additionalCertificates: null, offline: true)
                    : null,
            };
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: false));
        try
        {
            await tls.AuthenticateAsClientAsync(trust, cancellationToken).ConfigureAwait(false);
            return new SocketLink(socket, tls);
        }
        catch (Exception e)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            if (pin?.Complaint is { } complaint)
            {
                throw new MtunnelConnectionException($"{Name}: {complaint}", e);
            }

            throw;
        }
    }
}
