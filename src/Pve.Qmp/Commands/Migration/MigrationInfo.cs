using System.Text.Json.Serialization;
using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-migrate</c>; what QEMU does not say is null.</summary>
/// <example>
/// <code>
/// MigrationInfo migration = await qemu.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken);
/// bool done = migration.Status == MigrationStatus.Completed;
/// </code>
/// </example>
public sealed record MigrationInfo : QmpObject
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

    /// <summary>
    /// The pause as QEMU's source measured it, in milliseconds on the wire; without what happened after <c>completed</c>.
    /// </summary>
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

    /// <summary>The progress of disks within the stream. Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public MigrationRamStats? Disk { get; init; }

    /// <summary>The progress of VFIO devices.</summary>
    public VfioStats? Vfio { get; init; }

    public XbzrleCacheStats? XbzrleCache { get; init; }

    /// <summary>How long all CPUs waited for pages in post-copy, in milliseconds on the wire.</summary>
    [JsonConverter(typeof(MillisecondsConverter))]
    public TimeSpan? PostcopyBlocktime { get; init; }

    /// <summary>The same for each CPU.</summary>
    [JsonConverter(typeof(MillisecondsListConverter))]
    public IReadOnlyList<TimeSpan>? PostcopyVcpuBlocktime { get; init; }

    /// <summary>Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public CompressionStats? Compression { get; init; }

    /// <summary>How long the CPUs were held back at most in a round, in microseconds on the wire. Since QEMU 8.1.</summary>
    [JsonConverter(typeof(MicrosecondsConverter))]
    [QmpSince("8.1")]
    public TimeSpan? DirtyLimitThrottleTimePerRound { get; init; }

    /// <summary>
    /// How long the guest takes to fill the dirty ring, in microseconds on the wire; zero where it writes nothing. Since QEMU 8.1.
    /// </summary>
    [JsonConverter(typeof(MicrosecondsConverter))]
    [QmpSince("8.1")]
    public TimeSpan? DirtyLimitRingFullTime { get; init; }
}
