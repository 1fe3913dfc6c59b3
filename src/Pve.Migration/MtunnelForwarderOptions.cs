using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Transports;

namespace Pve.Migration;

/// <summary>What a <see cref="MtunnelForwarder"/> lets its clients do.</summary>
public sealed record MtunnelForwarderOptions
{
    /// <summary>
    /// The sockets that a client may be connected to, whatever its ticket says: absolute paths, with <c>*</c> for any characters within the file
    /// name; default <c>/run/qemu-server/*.migrate</c>, as in Proxmox VE. The folder must be spelled as it is here, and the socket be no symbolic link.
    /// </summary>
    public IReadOnlyList<string> AllowedSockets { get; init; } = ["/run/qemu-server/*.migrate"];

    /// <summary>How many connections to sockets may be open at once, of all clients; further ones are refused. Default 64.</summary>
    public int MaxConnections { get; init; } = 64;

    /// <summary>
    /// How long a client may take for its first line, by which a forwarded connection and a tunnel are told apart; default 10 s. Clients of ours
    /// send it at once.
    /// </summary>
    public TimeSpan FirstLineTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where to log; default nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        _ = new SocketAllowList(AllowedSockets);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxConnections);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(FirstLineTimeout, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }
}
