using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pve.Migration.Diagnostics;

/// <summary>Everything the migrator measures: a span for a migration or a recovery, one below it for each line of its ledger, and histograms of migrations.</summary>
/// <remarks>
/// The lines' spans are made from the ledger when all is over, with their times stated: no listener works inside the pause, and the
/// tree cannot differ from the ledger.
/// </remarks>
internal static class Telemetry
{
    public const string Migration = "migrate VM";
    public const string Recovery = "recover VM";

    private const string Name = "Pve.Migration";
    private const string OutcomeTag = "pve.migration.outcome";

    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    private static readonly InstrumentAdvice<double> Short = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    };

    private static readonly Histogram<double> Pause = Meter.CreateHistogram(
        "pve.migration.pause", "s", "From STOP on the source to RESUME on the target.", advice: Short);

    private static readonly Histogram<double> Gap = Meter.CreateHistogram(
        "pve.migration.handover_gap", "s", "From completed to RESUME, both on the target.", advice: Short);

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "pve.migration.duration", "s", "From the first step to the last.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200],
        });

    private static readonly Histogram<long> Transferred = Meter.CreateHistogram(
        "pve.migration.transferred", "By", "What was sent to the target.", advice: new InstrumentAdvice<long>
        {
            HistogramBucketBoundaries = [1L << 20, 1L << 24, 1L << 28, 1L << 30, 1L << 32, 1L << 34, 1L << 36, 1L << 38, 1L << 40],
        });

    /// <summary>Begins a span, <see cref="Migration"/> or <see cref="Recovery"/>; null where nobody listens.</summary>
    public static Activity? Begin(string name, MigrationRequest request, TimeProvider time)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var span = Source.StartActivity(name, ActivityKind.Internal, default(ActivityContext), startTime: time.GetUtcNow());
        return span?.SetTag("pve.vm.id", request.VmId)
            .SetTag("pve.migration.source", request.Source?.Name) // a recovery may have none
            .SetTag("pve.migration.target", request.Target.Name);
    }

    /// <summary>Ends a migration's, with a span for each line below it, and notes the figures.</summary>
    public static void End(Activity? span, MigrationReport report)
    {
        Record(report, NameOf(report.Outcome));
        End(span, report.Outcome, (report.Outcome as MigrationOutcome.RolledBack)?.Failure ?? FailureOf(report.Outcome), report.Ledger, report.Statistics.Total);
    }

    /// <summary>Ends a recovery's, likewise; one that gave the guest back did what it was called for.</summary>
    public static void End(Activity? span, RecoveryReport report, TimeSpan total)
        => End(span, report.Outcome, FailureOf(report.Outcome), report.Ledger, total);

    private static void End(Activity? span, MigrationOutcome outcome, MigrationFailure? failure, DowntimeLedger ledger, TimeSpan total)
    {
        if (span is null)
        {
            return;
        }

        foreach (var line in ledger.Lines)
        {
            TellLine(span, line, failure);
        }

        span.SetTag(OutcomeTag, NameOf(outcome));
        SetFailure(span, failure);
        span.SetEndTime(span.StartTimeUtc + total);
        span.Stop();
    }

    private static MigrationFailure? FailureOf(MigrationOutcome outcome) => (outcome as MigrationOutcome.Unknown)?.Failure;

    private static string NameOf(MigrationOutcome outcome) => outcome switch
    {
        MigrationOutcome.RolledBack => "rolled_back",
        MigrationOutcome.Unknown => "unknown",
        _ => "migrated",
    };

    private static void Record(MigrationReport report, string outcome)
    {
        var tag = new KeyValuePair<string, object?>(OutcomeTag, outcome);
        Duration.Record(report.Statistics.Total.TotalSeconds, tag);
        if (report.Ledger.Paused is { } paused)
        {
            Pause.Record(paused.TotalSeconds, tag);
        }

        if (report.Ledger.HandoverGap is { } gap)
        {
            Gap.Record(gap.TotalSeconds, tag);
        }

        if (report.Statistics.RamTransferredBytes > 0)
        {
            Transferred.Record(report.Statistics.RamTransferredBytes, tag, Of("ram"));
        }

        if (Transferred.Enabled && report.Disks.Sum(disk => disk.CopiedBytes) is > 0 and var mirrored)
        {
            Transferred.Record(mirrored, tag, Of("disk"));
        }
    }

    private static void TellLine(Activity whole, LedgerLine line, MigrationFailure? failure)
    {
        var begun = whole.StartTimeUtc + line.Start;
        using var span = Source.StartActivity(line.Name, ActivityKind.Internal, whole.Context, startTime: begun);
        if (span is null)
        {
            return;
        }

        span.SetTag("pve.migration.placement", line.Placement switch
        {
            StepPlacement.BeforePause => "before_pause",
            StepPlacement.InsidePause => "inside_pause",
            _ => "after_resume",
        });
        SetFailure(span, failure?.Step == line.Name ? failure : null);
        span.SetEndTime(begun + line.Duration);
    }

    private static void SetFailure(Activity span, MigrationFailure? failure)
    {
        if (failure is not null)
        {
            span.SetTag("error.type", failure.Cause?.GetType().FullName ?? "_OTHER").SetStatus(ActivityStatusCode.Error, failure.Message);
        }
    }

    private static KeyValuePair<string, object?> Of(string kind) => new("pve.migration.data", kind);
}
