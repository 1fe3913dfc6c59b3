using System.Text.Json;
using System.Text.Json.Serialization;
using Pve.Migration.Journal;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Recovery;

/// <summary>How a side was before, as a journal keeps it.</summary>
internal sealed record FoundSettings(
    bool GuestPaused, IReadOnlyList<string> Capabilities, long? MaxBandwidth, TimeSpan? DowntimeLimit,
    int? CpuThrottleInitial, int? CpuThrottleIncrement, int? MaxCpuThrottle,
    long? XbzrleCacheSize = null, int? MultifdChannels = null, string? MultifdCompression = null,
    string? TlsCreds = null, string? TlsHostname = null, string? TlsAuthz = null)
{
    /// <summary>What the journal calls the source's.</summary>
    public const string Source = "source settings";

    /// <summary>What the journal calls the target's.</summary>
    public const string Target = "target settings";

    /// <summary>As a journal holds them.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, JournalJson.Default.FoundSettings);

    /// <summary>Those that a journal holds by a name; null where it holds none.</summary>
    public static FoundSettings? Find(JournalStory story, string name)
        => story.Found.TryGetValue(name, out var json) ? JsonSerializer.Deserialize(json, JournalJson.Default.FoundSettings) : null;

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
