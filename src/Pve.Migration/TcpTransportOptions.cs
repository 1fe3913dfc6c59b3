using System.Net.Security;
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

    /// <summary>For resolving, connecting and TLS together; default 10 s.</summary>
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

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }
}
