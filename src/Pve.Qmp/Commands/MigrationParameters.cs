using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>What <c>query-migrate-parameters</c> returns and <c>migrate-set-parameters</c> takes; null is left out, and stays as it is.</summary>
public sealed record MigrationParameters
{
    /// <summary>Bytes a second at most; 0 is no limit.</summary>
    public long? MaxBandwidth { get; init; }

    /// <summary>The pause below which QEMU switches over by itself; whole milliseconds, at most 2,000,000.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? DowntimeLimit { get; init; }

    /// <summary>The size of the XBZRLE cache in bytes, a power of two.</summary>
    public long? XbzrleCacheSize { get; init; }

    /// <summary>How far auto-converge throttles first, in percent.</summary>
    public int? CpuThrottleInitial { get; init; }

    /// <summary>By how much auto-converge throttles more, in percent.</summary>
    public int? CpuThrottleIncrement { get; init; }

    /// <summary>How far auto-converge throttles at most, in percent.</summary>
    public int? MaxCpuThrottle { get; init; }

    /// <summary>How many channels multifd opens.</summary>
    public int? MultifdChannels { get; init; }
}
