using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>What a <see cref="MtunnelServer"/> speaks.</summary>
public sealed record MtunnelServerOptions
{
    /// <summary>The dialect announced and spoken; default v1.</summary>
    public MtunnelDialect Dialect { get; init; } = MtunnelDialect.V1;

    /// <summary>
    /// The VM of this tunnel, which v2's commands do not name; required for <see cref="MtunnelDialect.V2"/>, and no limit in the others.
    /// </summary>
    public int? Vmid { get; init; }

    /// <summary>Whether the peer is greeted; default yes. Over Proxmox VE's WebSocket it is not.</summary>
    public bool SendGreeting { get; init; } = true;

    /// <summary>Whether this node may take a VM; when not, the peer is told <c>no quorum</c> and that is all. Default true.</summary>
    public bool HasQuorum { get; init; } = true;

    /// <summary>
    /// How long the client of a VM's last tunnel, if it went without <c>quit</c>, may take to come back before the VM is cleaned up
    /// (<see cref="IMtunnelHandler.AbandonAsync"/>), unless a resume was asked for; needs <see cref="Vmid"/>. Default null keeps everything, as
    /// Proxmox VE does.
    /// </summary>
    public TimeSpan? CleansUpAfter { get; init; }

    /// <summary>Which tunnels the VM has, for <see cref="CleansUpAfter"/>; default this process' own.</summary>
    public IMtunnelLeases Leases { get; init; } = MtunnelLeases.Process;

    /// <summary>
    /// Lets connections begin with <c>forward</c> and be joined to a socket; v2 only. One that does belongs to no tunnel: it takes no lease, and
    /// nobody's clean-up follows its end. Default none.
    /// </summary>
    public MtunnelForwarder? Forwarder { get; init; }

    /// <summary>
    /// From a line's first byte to its LF, after which the tunnel is ended; default 60 s, or <see cref="Timeout.InfiniteTimeSpan"/>. Between two
    /// lines a client may be silent for ever. As long may it take to read a reply.
    /// </summary>
    public TimeSpan LineTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock of <see cref="CleansUpAfter"/> and <see cref="LineTimeout"/>; default the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The longest line taken from the peer, in bytes without the LF; default 1 MiB.</summary>
    public int MaxLineLength { get; init; } = 1024 * 1024;

    /// <summary>Where to log; default nowhere. Lines of the wire are logged at Trace only.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        _ = MtunnelCodec.For(Dialect);
        if (Vmid is not (>= 1 and <= MtunnelCommand.MaxVmid) && (Dialect == MtunnelDialect.V2 || Vmid is not null))
        {
            throw new ArgumentException($"{nameof(Vmid)} is {Vmid?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not set"}; a v2 tunnel belongs to one VM.");
        }

        if (Dialect != MtunnelDialect.V2 && !SendGreeting)
        {
            throw new ArgumentException($"{nameof(SendGreeting)} is off, but only v2 does without a greeting.");
        }

        if (Forwarder is not null && Dialect != MtunnelDialect.V2)
        {
            throw new ArgumentException($"{nameof(Forwarder)} is set, but only v2 forwards.");
        }

        if (CleansUpAfter is not null && Vmid is null)
        {
            throw new ArgumentException($"{nameof(CleansUpAfter)} needs {nameof(Vmid)}: which VM would be cleaned up?");
        }

        if (CleansUpAfter is { } after)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(after, TimeSpan.Zero, nameof(CleansUpAfter));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(after, TimeSpan.FromDays(24), nameof(CleansUpAfter));
        }

        if (LineTimeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(LineTimeout, TimeSpan.Zero, nameof(LineTimeout));
        }

        ArgumentNullException.ThrowIfNull(Leases);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxLineLength);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }
}
