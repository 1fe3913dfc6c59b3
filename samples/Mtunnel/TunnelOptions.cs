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

    /// <summary>The unix socket that is served; null for standard input and output.</summary>
    public string? Listen { get; init; }

    public bool Multiplexed { get; init; }

    /// <summary>A file, or standard error; null for no log.</summary>
    public string? Log { get; init; }

    public LogLevel LogLevel { get; init; }
}
