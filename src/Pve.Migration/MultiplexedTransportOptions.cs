using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>How a <see cref="MultiplexedTransport"/> uses its carrier.</summary>
public sealed record MultiplexedTransportOptions
{
    /// <summary>Sockets forwarded from the start, each for as long as its connection lives; default none.</summary>
    public IReadOnlyList<SocketForward> Forwards { get; init; } = [];

    /// <summary>
    /// How many bytes the other end may have sent on one channel that nobody here has read yet; default 1 MiB. More is for long fat
    /// networks, where a channel carries at most one window a round trip; less makes a command wait less behind bulk data.
    /// </summary>
    public int ChannelWindow { get; init; } = 1024 * 1024;

    /// <summary>From the carrier's being up to the other end's handshake; default 10 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>From a connection to a forwarded socket to the other end's word on it; default 10 s.</summary>
    public TimeSpan ChannelTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest frame taken from the other end, in bytes; default 64 KiB. Ours have at most 20 KiB.</summary>
    public int MaxFrameLength { get; init; } = Multiplexing.DefaultMaxFrame;

    /// <summary>The clock of all waits; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ChannelWindow, Multiplexing.MinWindow);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(HandshakeTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ChannelTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxFrameLength, Multiplexing.MinWindow);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
        foreach (SocketForward forward in Forwards)
        {
            LocalSockets.ThrowIfUnfit(forward);
        }
    }
}
