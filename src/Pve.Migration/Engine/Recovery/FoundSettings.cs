using System.Text.Json.Serialization;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Recovery;

/// <summary>How the source was before, as a journal keeps it.</summary>
internal sealed record FoundSettings(
    bool GuestPaused, IReadOnlyList<string> Capabilities, long? MaxBandwidth, TimeSpan? DowntimeLimit,
    int? CpuThrottleInitial, int? CpuThrottleIncrement, int? MaxCpuThrottle,
    long? XbzrleCacheSize = null, int? MultifdChannels = null, string? MultifdCompression = null,
    string? TlsCreds = null, string? TlsHostname = null, string? TlsAuthz = null)
{
    /// <summary>What the journal calls it.</summary>
    public const string Name = "source settings";

    /// <summary>The parameters among them, as QEMU takes them.</summary>
    [JsonIgnore]
    public MigrationParameters Parameters => new()
    {
        MaxBandwidth = MaxBandwidth,
        DowntimeLimit = DowntimeLimit,
        CpuThrottleInitial = CpuThrottleInitial,
        CpuThrottleIncrement = CpuThrottleIncrement,
        MaxCpuThrottle = MaxCpuThrottle,
        XbzrleCacheSize = XbzrleCacheSize,
        MultifdChannels = MultifdChannels,
        MultifdCompression = MultifdCompression is null ? null : new MultifdCompression(MultifdCompression),
        TlsCreds = TlsCreds,
        TlsHostname = TlsHostname,
        TlsAuthz = TlsAuthz,
    };
}
