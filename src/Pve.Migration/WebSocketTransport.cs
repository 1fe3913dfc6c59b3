using System.Net;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Pve.Migration.Transports;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>
/// A tunnel over a WebSocket, as Proxmox VE's remote clusters have it; each connection to a forwarded socket is one more WebSocket with a
/// ticket of its own.
/// </summary>
/// <remarks>
/// Messages are binary, unfragmented and at most 64 KiB, of which Proxmox VE takes 128 KiB and no fragments. An end of one direction is a
/// close frame: Proxmox VE then closes the other one as well.
/// </remarks>
public sealed class WebSocketTransport : IMtunnelTransport
{
    private const int DeadAfterIntervals = 3;

    private readonly WebSocketTransportOptions _options;
    private readonly ILogger _logger;

    /// <exception cref="ArgumentException">The endpoint is no address of a WebSocket or leaves the machine in the clear, or an option does not fit.</exception>
    public WebSocketTransport(WebSocketTransportOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _logger = options.LoggerFactory.CreateLogger(typeof(WebSocketTransport).FullName!);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken = default)
    {
        WebSocketLink link = await OpenAsync(_options.TunnelSocket, _options.TunnelTicket, isTunnel: true, cancellationToken).ConfigureAwait(false);
        var tickets = new TicketSource(_options.RequestTicket);
        var parts = new LinkConnectionParts(_options.TimeProvider)
        {
            Open = (path, token) => OpenSocketAsync(tickets, path, token),
            Tickets = tickets,
            ExplainEnd = () => $"{Name}: {link.WhyClosed}",
        };
        return await new LinkConnection(link, Name, parts, _logger).WithForwardsAsync(_options.Forwards, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IByteLink> OpenSocketAsync(TicketSource tickets, string path, CancellationToken cancellationToken)
    {
        string ticket = await tickets.RequestAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenAsync(path, ticket, isTunnel: false, cancellationToken).ConfigureAwait(false);
        }
        catch (MtunnelConnectionException e)
        {
            throw new MtunnelConnectionException($"{path} cannot be reached: {e.Message}", e);
        }
    }

    private async Task<WebSocketLink> OpenAsync(string? path, string? ticket, bool isTunnel, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_options.ConnectTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        CertificatePin? pin = _options.CertificateFingerprint is { } fingerprint ? CertificatePin.Parse(fingerprint, nameof(fingerprint)) : null;
        string?[] secrets = [_options.Authorization is { } header ? SecretMask.OfAuthorization(header) : null, ticket];
        var socket = new ClientWebSocket();
        try
        {
            Configure(socket, isTunnel);
            using HttpMessageInvoker http = NewHttp(pin);
            await socket.ConnectAsync(Address(path, ticket), http, either.Token).ConfigureAwait(false);
            return new WebSocketLink(socket, secrets);
        }
        catch (Exception e)
        {
            HttpStatusCode status = socket.HttpStatusCode;
            socket.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw e switch
            {
                OperationCanceledException when late.IsCancellationRequested => new MtunnelConnectionException(
                    $"{Name}: no connection within {_options.ConnectTimeout.TotalSeconds:0.###} s (see that the host is up and no firewall drops the port)", e),
                WebSocketException or OperationCanceledException => new MtunnelConnectionException(
                    $"{Name}: {pin?.Complaint ?? SecretMask.Apply(Explain(e, status), secrets)}", SecretMask.Tellable(e, secrets)),
                _ => e,
            };
        }
    }

    private void Configure(ClientWebSocket socket, bool isTunnel)
    {
        // the one that Proxmox VE's own clients name
        socket.Options.AddSubProtocol("binary");
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.KeepAliveInterval = _options.KeepAliveInterval;

        // A forward's pong may be stuck behind bytes that a stopped reader does not take: it lives as long as its tunnel.
        socket.Options.KeepAliveTimeout = isTunnel ? DeadAfterIntervals * _options.KeepAliveInterval : Timeout.InfiniteTimeSpan;

        if (_options.Authorization is not null)
        {
            socket.Options.SetRequestHeader("Authorization", _options.Authorization);
        }
    }

    // What is trusted is one host: no proxy comes between, no redirect leads elsewhere, and no connection is kept for the next.
    private static HttpMessageInvoker NewHttp(CertificatePin? pin)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        if (pin is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = pin.Check;
        }

        return new HttpMessageInvoker(handler);
    }

    private Uri Address(string? path, string? ticket)
    {
        var builder = new UriBuilder(_options.Endpoint);
        List<string> query = builder.Query.Length > 1 ? [builder.Query[1..]] : [];
        if (ticket is not null)
        {
            query.Add($"ticket={Uri.EscapeDataString(ticket)}");
        }

        if (path is not null)
        {
            query.Add($"socket={Uri.EscapeDataString(path)}");
        }

        builder.Query = string.Join('&', query);
        return builder.Uri;
    }

    private static string Explain(Exception e, HttpStatusCode status) => status switch
    {
        0 => $"{e.GetBaseException().Message} (see that the API listens there and that its certificate is trusted, or give its fingerprint)",
        HttpStatusCode.Unauthorized => "the server says 401 (the API token or the ticket is not accepted; a ticket is for one socket, once, and for 30 s)",
        HttpStatusCode.Forbidden => "the server says 403 (the API token's user may not do this, or the ticket is for another socket)",
        _ => $"the server says {(int)status} instead of switching to a WebSocket (see that the path is right, and that the tunnel was made there)",
    };
}
