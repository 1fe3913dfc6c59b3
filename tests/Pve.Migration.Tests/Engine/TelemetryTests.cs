using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pve.Migration.Diagnostics;
using Pve.Migration.Tests.Recovery;
using static Pve.Migration.Tests.Engine.EngineBench;
using static Pve.Migration.Tests.Recovery.Recoveries;

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

    [Theory]
    [InlineData("after Intends copy RAM", "rolled_back", "read journal", "ask both sides", "roll back")]
    [InlineData("before resume", "migrated", "read journal", "ask both sides", "hand over ownership", "resume", "see it run", "read statistics", "restore target", "end source", "unlock", "close tunnel")]
    [InlineData("after resume", "migrated", "read journal", "ask both sides", "hand over ownership", "see it run", "read statistics", "restore target", "end source", "unlock", "close tunnel")]
    public Task A_recoverys_span_tree_equals_its_ledger(string moment, string outcome, params string[] lines) => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await new Crash(bench, journal, moment, "alone").MigrateAsync();
        using var spans = new SpanCollector("Pve.Migration");
        var began = bench.Time.GetUtcNow();
        var report = await RecoverAsync(bench, journal);

        var recovery = Assert.Single(spans.Spans, span => span.OperationName == "recover VM");
        Assert.Equal(began.UtcDateTime, recovery.StartTimeUtc);
        Assert.Equal(VmId, recovery.GetTagItem("pve.vm.id"));
        Assert.Equal(outcome, recovery.GetTagItem("pve.migration.outcome"));
        Assert.Equal(ActivityStatusCode.Unset, recovery.Status);
        Assert.Equal(lines, report.Ledger.Lines.Select(line => line.Name));
        Assert.Equal(
            report.Ledger.Lines.Select(line => (line.Name, line.Start, Shown(line.Duration))),
            spans.Below(recovery).Select(span => (span.OperationName, span.StartTimeUtc - recovery.StartTimeUtc, span.Duration)));
        Assert.Equal(lines.Length + 1, spans.Spans.Count);
    });

    [Fact]
    public Task A_recovery_that_cannot_tell_is_marked() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await new Crash(bench, journal, "before resume", "with the target").MigrateAsync();
        using var spans = new SpanCollector("Pve.Migration");
        Assert.IsType<MigrationOutcome.Unknown>((await RecoverAsync(bench, journal)).Outcome);
        var recovery = Assert.Single(spans.Spans, span => span.OperationName == "recover VM");
        Assert.Equal(("unknown", ActivityStatusCode.Error), (recovery.GetTagItem("pve.migration.outcome"), recovery.Status));
    });

    [Fact]
    public Task Nothing_is_allocated_when_nobody_listens() => RunAsync(async bench =>
    {
        var report = await bench.MigrateAsync() with { Disks = [new DiskProgress("disk0", 4096, 4096, IsReady: true)] };
        var recovery = new RecoveryReport(report.Outcome, []) { Ledger = report.Ledger };
        var request = bench.Request(bench.Local());
        long heard;
        using (new SpanCollector("Pve.Migration"))
        {
            heard = Measure();
        }

        var unheard = Measure();
        Assert.Equal(0, unheard);
        Assert.True(heard > unheard, "the measurement sees nothing");

        // The least of many: what the runtime does beside it only adds.
        long Measure()
        {
            var least = long.MaxValue;
            for (var i = 0; i < 200; i++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                Telemetry.End(Telemetry.Begin(Telemetry.Migration, request, bench.Time), report);
                Telemetry.End(Telemetry.Begin(Telemetry.Recovery, request, bench.Time), recovery, report.Statistics.Total);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            return least;
        }
    });

    // A span lasts at least one tick.
    private static TimeSpan Shown(TimeSpan duration) => duration > TimeSpan.Zero ? duration : TimeSpan.FromTicks(1);
}
