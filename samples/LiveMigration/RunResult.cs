using Pve.Migration;

namespace LiveMigration;

/// <summary>One run as <c>--json</c> writes it; times are milliseconds.</summary>
internal sealed record RunResult
{
    public required string Mode { get; init; }

    public required string Outcome { get; init; }

    public double? PausedMs { get; init; }

    public double? PredictedPauseMs { get; init; }

    public double? HandoverGapMs { get; init; }

    public double? QemuDowntimeMs { get; init; }

    public double TotalMs { get; init; }

    public long RamTransferredBytes { get; init; }

    public string? TunnelVersion { get; init; }

    public required string Polling { get; init; }

    public required IReadOnlyList<LedgerRow> Ledger { get; init; }

    public GuestRow? Guest { get; init; }

    public IReadOnlyList<DiskRow> Disks { get; init; } = [];

    public bool Tls { get; init; }

    public IReadOnlyList<string> Capabilities { get; init; } = [];

    public IReadOnlyList<ConvergenceRow> Convergence { get; init; } = [];

    public bool? GoalKept { get; init; }

    public string? SourceQemu { get; init; }

    public string? TargetQemu { get; init; }

    public string? Failure { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public IReadOnlyList<FindingRow> Findings { get; init; } = [];

    /// <summary>A run that only looked.</summary>
    public static RunResult OfDryRun(IReadOnlyList<PreflightFinding> findings, string mode, JobOptions options, string source, string target) => new()
    {
        Mode = mode,
        Outcome = "DryRun",
        Polling = options.Polling.Name,
        Ledger = [],
        SourceQemu = source,
        TargetQemu = target,
        Findings = [.. findings.Select(FindingRow.Of)],
    };

    public static RunResult Of(MigrationReport report, string mode, JobOptions options, string? dialect, GuestRow? guest, string? source, string? target) => new()
    {
        Mode = mode,
        Outcome = report.Outcome.GetType().Name,
        PausedMs = report.Ledger.Paused?.TotalMilliseconds,
        PredictedPauseMs = report.PredictedPause?.TotalMilliseconds,
        HandoverGapMs = report.Ledger.HandoverGap?.TotalMilliseconds,
        QemuDowntimeMs = report.Statistics.QemuDowntime?.TotalMilliseconds,
        TotalMs = report.Statistics.Total.TotalMilliseconds,
        RamTransferredBytes = report.Statistics.RamTransferredBytes,
        TunnelVersion = dialect,
        Polling = options.Polling.Name,
        Ledger = [.. report.Ledger.Lines.Select(line =>
            new LedgerRow(line.Name, line.Placement.ToString(), line.Start.TotalMilliseconds, line.Duration.TotalMilliseconds))],
        Guest = guest,
        Tls = options.Tls,
        Capabilities = [.. report.Capabilities.Select(capability => capability.Value)],
        Convergence = [.. report.Convergence.Select(change => new ConvergenceRow(change.At.TotalMilliseconds, change.Decision.ToString()))],
        GoalKept = report.GoalKept,
        SourceQemu = source,
        TargetQemu = target,
        Failure = report.Outcome switch
        {
            MigrationOutcome.RolledBack rolledBack => rolledBack.Failure.ToString(),
            MigrationOutcome.Unknown unknown => unknown.Failure.ToString(),
            _ => null,
        },
        Warnings = report.Warnings,
        Findings = [.. report.Findings.Select(FindingRow.Of)],
    };
}
