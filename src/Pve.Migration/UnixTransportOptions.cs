using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>How a <see cref="UnixTransport"/> connects.</summary>
public sealed record UnixTransportOptions
{
    /// <summary>Sockets forwarded from the start, each for as long as its connection lives; default none.</summary>
    public IReadOnlyList<SocketForward> Forwards { get; init; } = [];

    /// <summary>The clock of all waits; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
        foreach (SocketForward forward in Forwards)
        {
            LocalSockets.ThrowIfUnfit(forward);
        }
    }
}
