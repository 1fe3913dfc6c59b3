using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pve.Migration.Diagnostics;

/// <summary>Everything the migrator measures: a span for a migration, one below it for each line of its ledger, and histograms.</summary>
/// <remarks>
/// The lines' spans are made from the ledger when all is over, with their times stated: no listener works inside the pause, and the
/// tree cannot differ from the ledger.
/// </remarks>
internal static class Telemetry
{
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

    /// <summary>Begins the migration's span; null where nobody listens.</summary>
    public static Activity? Begin(MigrationRequest request, TimeProvider time)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var span = Source.StartActivity("migrate VM", ActivityKind.Internal, default(ActivityContext), startTime: time.GetUtcNow());
        return span?.SetTag("pve.vm.id", request.VmId)
            .SetTag("pve.migration.source", request.Source.Name)
            .SetTag("pve.migration.target", request.Target.Name);
    }

    /// <summary>Ends it, with a span for each line below it, and notes the figures.</summary>
    public static void End(Activity? span, MigrationReport report)
    {
        var (outcome, failure) = report.Outcome switch
        {
            MigrationOutcome.RolledBack rolledBack => ("rolled_back", rolledBack.Failure),
            MigrationOutcome.Unknown unknown => ("unknown", unknown.Failure),
            _ => ("migrated", (MigrationFailure?)null),
        };
        Record(report, outcome);
        if (span is null)
        {
            return;
        }

        foreach (var line in report.Ledger.Lines)
        {
            TellLine(span, line, failure);
        }

        span.SetTag(OutcomeTag, outcome);
        SetFailure(span, failure);
        span.SetEndTime(span.StartTimeUtc + report.Statistics.Total);
        span.Stop();
    }

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

        if (report.Disks.Sum(disk => disk.CopiedBytes) is > 0 and var mirrored)
        {
            Transferred.Record(mirrored, tag, Of("disk"));
        }
    }

    private static void TellLine(Activity migration, LedgerLine line, MigrationFailure? failure)
    {
        var begun = migration.StartTimeUtc + line.Start;
        using var span = Source.StartActivity(line.Name, ActivityKind.Internal, migration.Context, startTime: begun);
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
