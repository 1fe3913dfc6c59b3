using System.Collections.Concurrent;
using System.Diagnostics;
using Pve.Migration;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

public sealed class TelemetryTests
{
    [Fact]
    public async Task A_real_migration_is_one_tree_of_its_ledger_and_its_commands()
    {
        var ended = new BlockingCollection<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Pve.Qmp" or "Pve.Migration",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Add,
        };
        ActivitySource.AddActivityListener(listener);
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var source = bench.Guest.Host.Monitor.Name;
        using var root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()));
        root.Stop();
        await bench.AssertArrivedAsync(target, report);

        // A command's span comes a moment after its reply; the source's last one is quit.
        var spans = new List<Activity>();
        while (!new[] { "quit", "migrate VM" }.All(name => spans.Exists(span => span.OperationName == name)))
        {
            Assert.True(ended.TryTake(out var span, TimeSpan.FromSeconds(30)));
            if (span.TraceId == root.TraceId)
            {
                spans.Add(span);
            }
        }

        var migration = Assert.Single(spans, span => span.OperationName == "migrate VM");
        Assert.Equal(root.SpanId, migration.ParentSpanId);
        Assert.All(spans.Where(span => span != migration), span => Assert.Equal(migration.SpanId, span.ParentSpanId));
        Assert.Equal(report.Ledger.Lines.Select(line => line.Name), spans.Where(span => span.Source.Name == "Pve.Migration" && span != migration).Select(span => span.OperationName));
        Assert.Single(spans, span => span.OperationName == "migrate" && Equals(span.GetTagItem("server.address"), source));
        Assert.Single(spans, span => span.OperationName == "cont" && span.Duration > TimeSpan.Zero);
    }
}
