using System.Net.Security;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pve.Migration;

/// <summary>How a <see cref="MtunnelListener"/> receives its clients.</summary>
public sealed record MtunnelListenerOptions
{
    /// <summary>TLS with this certificate, and what is asked of the client's; TCP only; default none, which is for loopback.</summary>
    public SslServerAuthenticationOptions? Tls { get; init; }

    /// <summary>How long a client may take for its TLS handshake; default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many clients may be in their handshake or wait to be accepted; further ones wait with the kernel. Default 64.</summary>
    public int MaxPending { get; init; } = 64;

    /// <summary>
    /// How many clients <see cref="MtunnelListener.ServeAsync"/> serves at once; further ones wait until one of them is done. Default 256.
    /// </summary>
    public int MaxClients { get; init; } = 256;

    /// <summary>The clock of all waits; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HandshakeTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxPending);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxClients);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }
}
