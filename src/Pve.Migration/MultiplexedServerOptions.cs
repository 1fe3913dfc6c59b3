using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>What a <see cref="MultiplexedServer"/> lets its client do.</summary>
public sealed record MultiplexedServerOptions
{
    /// <summary>
    /// The sockets that a client may be connected to: absolute paths, with <c>*</c> for any characters within the file name;
    /// default <c>/run/qemu-server/*.migrate</c>, as in Proxmox VE. The folder must be spelled as it is here, and the socket be no symbolic link.
    /// </summary>
    public IReadOnlyList<string> AllowedSockets { get; init; } = ["/run/qemu-server/*.migrate"];

    /// <summary>How many connections a client may have open at once; further ones are refused. Default 64.</summary>
    public int MaxConnections { get; init; } = 64;

    /// <summary>
    /// How many channels a client may be refused, for there being too many or for a name or path that is not allowed, before its connection
    /// is ended; default 256. What is allowed and not there, or does not listen yet, is not counted.
    /// </summary>
    public int MaxRefusals { get; init; } = 256;

    /// <summary>The longest frame taken from a client, in bytes; default 64 KiB. Ours have at most 20 KiB.</summary>
    public int MaxFrameLength { get; init; } = Multiplexing.DefaultMaxFrame;

    /// <summary>How many bytes a client may have sent on one channel that nobody here has read yet; default 1 MiB.</summary>
    public int ChannelWindow { get; init; } = 1024 * 1024;

    /// <summary>How long a client may take to begin; default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of all waits; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        _ = new SocketAllowList(AllowedSockets);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxConnections);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRefusals);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFrameLength, Multiplexing.MinWindow);
        ArgumentOutOfRangeException.ThrowIfLessThan(ChannelWindow, Multiplexing.MinWindow);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HandshakeTimeout, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }
}
