using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Mtunnel.Hosting;
using Pve.Migration;

namespace Mtunnel;

/// <summary>What the command line says.</summary>
internal sealed record TunnelOptions
{
    public required HostFolders Folders { get; init; }

    public QemuTemplate? Template { get; init; }

    public int? BandwidthMiB { get; init; }

    public MtunnelDialect Dialect { get; init; }

    public int? Vmid { get; init; }

    /// <summary>How long a client that vanished may take to come back; null keeps what is there.</summary>
    public TimeSpan? Lease { get; init; }

    /// <summary>The address that is served, a unix socket's or a TCP port's; null for standard input and output.</summary>
    public EndPoint? Listen { get; init; }

    /// <summary>What a TCP port's clients are shown; null for loopback in the clear.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The SHA-256 of the certificate that a TCP port's clients have to show; null where nothing is encrypted.</summary>
    public string? Client { get; init; }

    public bool Multiplexed { get; init; }

    /// <summary>Where a guest is claimed before it is let run; null where nobody can revoke that.</summary>
    public LeaseOwnership? Claims { get; init; }

    /// <summary>A file, or standard error; null for no log.</summary>
    public string? Log { get; init; }

    public LogLevel LogLevel { get; init; }
}
