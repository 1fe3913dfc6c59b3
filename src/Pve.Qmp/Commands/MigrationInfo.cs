using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-migrate</c>; what QEMU does not say is null.</summary>
public sealed record MigrationInfo
{
    /// <summary>The state of the stream; null where there was no migration yet.</summary>
    public MigrationStatus? Status { get; init; }

    /// <summary>The RAM's progress.</summary>
    public MigrationRamStats? Ram { get; init; }

    /// <summary>Since the migration began, in milliseconds on the wire.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? TotalTime { get; init; }

    /// <summary>The pause that QEMU expects now, in milliseconds on the wire.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? ExpectedDowntime { get; init; }

    /// <summary>The pause as QEMU's source measured it, in milliseconds on the wire; without what happened after <c>completed</c>.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? Downtime { get; init; }

    /// <summary>How long opening the channel took, in milliseconds on the wire.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? SetupTime { get; init; }

    /// <summary>How far the guest's CPUs are throttled by auto-converge, in percent.</summary>
    public int? CpuThrottlePercentage { get; init; }

    /// <summary>Why the migration failed, in QEMU's words.</summary>
    public string? ErrorDesc { get; init; }

    /// <summary>What forbids a migration now.</summary>
    public IReadOnlyList<string>? BlockedReasons { get; init; }

    /// <summary>Where an incoming migration listens.</summary>
    public IReadOnlyList<SocketAddress>? SocketAddress { get; init; }
}
