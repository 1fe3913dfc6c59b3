using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>Alone: a histogram does not say whose migration it measured.</summary>
[CollectionDefinition(nameof(TelemetryTests), DisableParallelization = true)]
[Collection(nameof(TelemetryTests))]
public sealed class TelemetryTests
{
    [Fact]
    public Task The_span_tree_equals_the_ledger() => RunAsync(async bench =>
    {
        using var spans = new SpanCollector("Pve.Migration");
        var began = bench.Time.GetUtcNow();
        var report = await bench.MigrateAsync();
        bench.AssertMigrated(report);

        var migration = Assert.Single(spans.Spans, span => span.OperationName == "migrate VM");
        Assert.Equal(began.UtcDateTime, migration.StartTimeUtc);
        Assert.Equal(report.Statistics.Total, migration.Duration);
        Assert.Equal(VmId, migration.GetTagItem("pve.vm.id"));
        Assert.Equal("migrated", migration.GetTagItem("pve.migration.outcome"));
        Assert.Equal(
            report.Ledger.Lines.Select(line => (line.Name, line.Start, Shown(line.Duration))),
            spans.Below(migration).Select(span => (span.OperationName, span.StartTimeUtc - migration.StartTimeUtc, span.Duration)));
        var inside = spans.Below(migration).Where(span => "inside_pause".Equals(span.GetTagItem("pve.migration.placement")));
        Assert.InRange(inside.Aggregate(-report.Ledger.Explained, (sum, span) => sum + span.Duration).Ticks, 0, inside.Count());
        Assert.Equal(spans.Below(migration).Count + 1, spans.Spans.Count);
    });

    [Fact]
    public Task The_step_that_failed_is_marked_and_so_is_the_migration() => RunAsync(async bench =>
    {
        using var spans = new SpanCollector("Pve.Migration");
        bench.Ownership.Before = call => call == "hand over ownership" ? throw new OwnershipException("it is another's") : Task.CompletedTask;
        bench.AssertRolledBack(await bench.MigrateAsync());

        var failed = spans.Spans.Where(span => span.Status == ActivityStatusCode.Error).ToList();
        Assert.Equal(["hand over ownership", "migrate VM"], failed.Select(span => span.OperationName));
        Assert.All(failed, span => Assert.Equal(typeof(OwnershipException).FullName, span.GetTagItem("error.type")));
        Assert.Equal("rolled_back", failed[1].GetTagItem("pve.migration.outcome"));
    });

    [Fact]
    public Task No_listener_is_called_between_STOP_and_RESUME() => RunAsync(async bench =>
    {
        var running = new ConcurrentQueue<int>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Pve.Migration",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStarted = _ => running.Enqueue(bench.Pair.RunningNow),
            ActivityStopped = _ => running.Enqueue(bench.Pair.RunningNow),
        };
        ActivitySource.AddActivityListener(listener);
        bench.AssertMigrated(await bench.MigrateAsync());
        Assert.NotEmpty(running);
        Assert.DoesNotContain(0, running);
    });

    [Fact]
    public Task The_histograms_have_the_reports_figures() => RunAsync(async bench =>
    {
        var seen = new ConcurrentDictionary<string, (double Value, string? Unit)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Pve.Migration")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen[instrument.Name] = (value, instrument.Unit));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = (value, instrument.Unit));
        listener.Start();

        var report = await bench.MigrateAsync();

        bench.AssertMigrated(report);
        Assert.Equal((report.Ledger.Paused!.Value.TotalSeconds, "s"), seen["pve.migration.pause"]);
        Assert.Equal((report.Ledger.HandoverGap!.Value.TotalSeconds, "s"), seen["pve.migration.handover_gap"]);
        Assert.Equal((report.Statistics.Total.TotalSeconds, "s"), seen["pve.migration.duration"]);
        Assert.Equal((report.Statistics.RamTransferredBytes, "By"), seen["pve.migration.transferred"]);
    });

    // A span lasts at least one tick.
    private static TimeSpan Shown(TimeSpan duration) => duration > TimeSpan.Zero ? duration : TimeSpan.FromTicks(1);
}
