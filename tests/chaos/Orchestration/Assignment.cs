using System.Text.Json.Serialization;
using Pve.Chaos.Scenarios;

namespace Pve.Chaos.Orchestration;

/// <summary>What an orchestrator is told: where everything is, and at which moment it says so.</summary>
internal sealed record Assignment
{
    public const int VmId = 100;

    /// <summary>What notes the writes to a replicated disk.</summary>
    public const string Bitmap = "replica";

    public required bool Recovers { get; init; }

    public required Way Way { get; init; }

    public required string SourceMonitor { get; init; }

    public required string TargetMonitor { get; init; }

    public required int TargetPid { get; init; }

    public required string Listen { get; init; }

    public required string Connect { get; init; }

    public required string DisksListen { get; init; }

    public required string DisksConnect { get; init; }

    /// <summary>What ssh forwards lead to, where there is a tunnel.</summary>
    public required string ForwardedTo { get; init; }

    public required string DisksForwardedTo { get; init; }

    public required int Disks { get; init; }

    public required Kind Kind { get; init; }

    /// <summary>Where a watchdog looks for the source's monitor.</summary>
    public required string SourceFolder { get; init; }

    /// <summary>Where the keys of both sides are, each in a folder of its own; null where they speak no TLS.</summary>
    public string? TlsSource { get; init; }

    public string? TlsTarget { get; init; }

    public required string SshConfig { get; init; }

    public required int SshPort { get; init; }

    public required string Mtunnel { get; init; }

    /// <summary>Where mtunnel looks for the target's monitor.</summary>
    public required string MonitorFolder { get; init; }

    public required string Journal { get; init; }

    public required string Log { get; init; }

    public required string SourceOwns { get; init; }

    public required string TargetOwns { get; init; }

    /// <summary>The moment it announces; null for none.</summary>
    public string? AnnouncedMoment { get; init; }

    /// <summary>Whether it waits there to be told to go on.</summary>
    public bool Waits { get; init; }
}

[JsonSerializable(typeof(Assignment))]
[JsonSerializable(typeof(Ending))]
internal sealed partial class OrchestrationJson : JsonSerializerContext;
