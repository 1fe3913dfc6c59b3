using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>How a <see cref="TcpTransport"/> connects, and whom it trusts.</summary>
public sealed record TcpTransportOptions
{
    /// <summary>TLS as these options say, including which certificates are trusted; default none.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>
    /// TLS with the one certificate that has this SHA-256 fingerprint, 64 hexadecimal digits with or without colons, whoever signed it
    /// and until when; default none. Not together with <see cref="Tls"/>.
    /// </summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>
    /// Shown where the server asks who comes; with its private key, and with <see cref="CertificateFingerprint"/>, since <see cref="Tls"/> has
    /// its own. Default none.
    /// </summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>
    /// Sockets forwarded from the start, each for as long as its connection lives; default none. Each connection to one is a further connection to
    /// the same address, where an <see cref="MtunnelForwarder"/> lets it through to the socket by a ticket.
    /// </summary>
    public IReadOnlyList<SocketForward> Forwards { get; init; } = [];

    /// <summary>
    /// Asks for a ticket to a socket path over there, for each connection to a forwarded socket anew; default the <c>ticket</c> command of the
    /// <see cref="MtunnelClient"/> that was opened over this transport.
    /// </summary>
    public Func<string, CancellationToken, Task<string>>? RequestTicket { get; init; }

    /// <summary>For resolving, connecting and TLS together, and again for the other end's word on a forwarded socket; default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of all waits; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal bool IsEncrypted => Tls is not null || CertificateFingerprint is not null;

    internal void Validate()
    {
        if (Tls is not null && CertificateFingerprint is not null)
        {
            throw new ArgumentException($"give {nameof(Tls)} or {nameof(CertificateFingerprint)}: two ways to trust would leave open which one counts");
        }

        if (CertificateFingerprint is not null)
        {
            _ = CertificatePin.Parse(CertificateFingerprint, nameof(CertificateFingerprint));
        }

        if (ClientCertificate is not null && CertificateFingerprint is null)
        {
            throw new ArgumentException($"{nameof(ClientCertificate)} goes with {nameof(CertificateFingerprint)}; {nameof(Tls)} has one of its own");
        }

        foreach (SocketForward forward in Forwards)
        {
            LocalSockets.ThrowIfUnfit(forward);
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }
}
