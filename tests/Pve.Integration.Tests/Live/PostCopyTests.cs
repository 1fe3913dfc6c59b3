using Pve.Chaos.World;
using Pve.Migration;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>A guest that goes ahead of its RAM, on real QEMU.</summary>
public sealed class PostCopyTests
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_guest_that_cannot_converge_goes_ahead_and_arrives_whole(bool overTunnel)
    {
        await using var bench = await BootAsync(spanMiB: 16, memoryMiB: 32);
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var handler = HandlerFor(host);
        await using IMigrationTarget target = overTunnel ? new TunnelTarget(host.AsIncoming(), InProcess(handler)) : new LocalTarget(host.AsIncoming());
        var goal = new MigrationGoal { Pause = TimeSpan.FromMilliseconds(100), Time = TimeSpan.FromSeconds(3), Else = GoalFallback.PostCopy };

        var report = await bench.MigrateAsync(target, change: request => request with { MaxBandwidth = 8 * MiB, Goal = goal });

        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        Assert.True(report.WentPostCopy);
        Assert.IsType<ConvergenceDecision.StartPostCopy>(report.Convergence[^1].Decision);
        Assert.InRange(report.Convergence[^1].At, goal.Time, goal.Time + TimeSpan.FromSeconds(5));
        Assert.InRange((report.Ledger.Explained - report.Ledger.Paused!.Value).TotalMilliseconds, -1, 1);
        Assert.Contains(report.Ledger.Lines, line => line.Name == "copy the rest");
        var old = bench.Guest.Host;
        await bench.Guest.ArriveAsync(host, Cancellation);
        await bench.AssertIntactAsync();
        Assert.Equal(0, await old.Process.Exited.WaitAsync(Cancellation));
        await bench.Guest.EndAsync(old);
    }

    [Fact]
    public async Task A_guest_whose_connection_is_cut_while_its_rest_comes_arrives_whole_over_another()
    {
        await using var bench = await BootAsync(spanMiB: 8, memoryMiB: 32);
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var way = Path.Combine(bench.Root, "way");
        await using var link = Relay.Unix(way, host.MigrationPath, 12 << 20);
        var cut = 0;
        var progress = new Watcher(seen =>
        {
            if (seen is { Step: "copy the rest" } && Interlocked.Exchange(ref cut, 1) == 0)
            {
                link.Cut();
                link.Mend();
            }
        });

        var report = await bench.MigrateAsync(
            new LocalTarget(host.AsIncoming(connectPath: way)), progress: progress,
            profile: MigrationProfile.Default with { Convergence = ConvergenceStrategy.PostCopyAfter(TimeSpan.FromMilliseconds(1)) },
            change: request => request with { Transfer = new TransferPolicy { PreemptsPostCopy = true } });

        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        Assert.True(report.WentPostCopy);
        Assert.Contains(MigrationCapability.PostcopyPreempt, report.Capabilities);
        Assert.Equal((1, 4), (report.Mended, link.Connections)); // each time one for the pages that are waited for
        Assert.Single(report.Warnings, warning => warning.Contains("it was mended after", StringComparison.Ordinal));
        var old = bench.Guest.Host;
        await bench.Guest.ArriveAsync(host, Cancellation);
        await bench.AssertIntactAsync();
        Assert.Equal(0, await old.Process.Exited.WaitAsync(Cancellation));
        await bench.Guest.EndAsync(old);
    }

    private sealed class Watcher(Action<MigrationProgress> act) : IProgress<MigrationProgress>
    {
        public void Report(MigrationProgress value) => act(value);
    }
}
