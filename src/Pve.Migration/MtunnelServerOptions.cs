using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pve.Migration.Tunnel;

namespace Pve.Migration;

/// <summary>What a <see cref="MtunnelServer"/> speaks.</summary>
public sealed record MtunnelServerOptions
{
    /// <summary>The dialect announced and spoken; default v1.</summary>
    public MtunnelDialect Dialect { get; init; } = MtunnelDialect.V1;

    /// <summary>Whether this node may take a VM; when not, the peer is told <c>no quorum</c> and that is all. Default true.</summary>
    public bool HasQuorum { get; init; } = true;

    /// <summary>The longest line taken from the peer, in bytes without the LF; default 1 MiB.</summary>
    public int MaxLineLength { get; init; } = 1024 * 1024;

    /// <summary>Where to log; default nowhere. Lines of the wire are logged at Trace only.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    internal void Validate()
    {
        _ = MtunnelCodec.For(Dialect);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxLineLength);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
    }
}
