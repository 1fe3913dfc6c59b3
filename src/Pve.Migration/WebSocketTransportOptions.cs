using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>Where a <see cref="WebSocketTransport"/> connects, and how it is let in. Tickets and tokens in it are never logged, and not part of its text.</summary>
public sealed record WebSocketTransportOptions
{
    /// <summary>
    /// The endpoint, such as <c>wss://HOST:8006/api2/json/nodes/NODE/qemu/VMID/mtunnelwebsocket</c>; <c>ticket</c> and <c>socket</c> are added
    /// to its query. <c>ws</c> only to loopback.
    /// </summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The whole value of the <c>Authorization</c> header, such as <c>PVEAPIToken=USER@REALM!NAME=SECRET</c> or <c>Bearer TOKEN</c>; default none is sent.</summary>
    public string? Authorization { get; init; }

    /// <summary>
    /// The SHA-256 fingerprint of the server's certificate, 64 hexadecimal digits with or without colons: that one is trusted, whoever
    /// signed it and until when, and no other. Default: what the system trusts.
    /// </summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>The tunnel's socket over there, as the API call that made the tunnel told; default none is named.</summary>
    public string? TunnelSocket { get; init; }

    /// <summary>The ticket for <see cref="TunnelSocket"/>; Proxmox VE takes it once, and within 30 s. Default none.</summary>
    public string? TunnelTicket { get; init; }

    /// <summary>
    /// Asks for a ticket to a socket path over there, for each connection to a forwarded socket anew; default the <c>ticket</c> command of the
    /// <see cref="MtunnelClient"/> that was opened over this transport.
    /// </summary>
    public Func<string, CancellationToken, Task<string>>? RequestTicket { get; init; }

    /// <summary>Sockets forwarded from the start, each for as long as its connection lives; default none.</summary>
    public IReadOnlyList<SocketForward> Forwards { get; init; } = [];

    /// <summary>For TCP, TLS and the WebSocket's handshake together; default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a server is asked whether it lives; the tunnel's is held dead after three times that. Default 5 s.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The clock of connecting; keep-alives go by the system's. Default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal string Name => $"WebSocket to {Endpoint.Host}:{Endpoint.Port}";

    /// <summary>The host and the port; nothing secret.</summary>
    public override string ToString() => Name;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Endpoint);
        if (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("wss" or "ws") || Endpoint.UserInfo.Length > 0)
        {
            throw new ArgumentException($"{nameof(Endpoint)} must be an absolute wss address without user and password", nameof(Endpoint));
        }

        if (Endpoint.Scheme == "ws" && !Endpoint.IsLoopback)
        {
            throw new ArgumentException($"{Name}: a tunnel never leaves the machine in the clear, use wss", nameof(Endpoint));
        }

        if (CertificateFingerprint is not null)
        {
            _ = CertificatePin.Parse(CertificateFingerprint, nameof(CertificateFingerprint));
        }

        if (Authorization is not null && Authorization.Any(char.IsControl))
        {
            throw new ArgumentException($"{nameof(Authorization)} holds a control character", nameof(Authorization));
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(KeepAliveInterval, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
        foreach (SocketForward forward in Forwards)
        {
            LocalSockets.ThrowIfUnfit(forward);
        }
    }
}
