using Pve.Migration;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>A guest that dirties its RAM faster than it may be sent.</summary>
public sealed class GoalTests
{
    private const long MiB = 1 << 20;

    private static readonly MigrationGoal Goal = new() { Pause = TimeSpan.FromMilliseconds(100), Time = TimeSpan.FromSeconds(4) };

    [Fact]
    public async Task One_that_cannot_be_kept_is_undone_and_the_guest_runs_on()
    {
        await using var bench = await BootAsync(spanMiB: 16, memoryMiB: 32);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), change: request => request with { MaxBandwidth = 8 * MiB, Goal = Goal });

        await bench.AssertStayedAsync(target, report, "copy RAM", "The goal was not kept", "pause at most 100 ms");
        Assert.False(report.GoalKept);
        Assert.InRange(report.Statistics.DowntimeLimit, TimeSpan.FromMilliseconds(1), Goal.Pause);
    }

    [Fact]
    public async Task One_that_cannot_be_kept_is_exceeded_where_that_is_allowed()
    {
        await using var bench = await BootAsync(spanMiB: 16, memoryMiB: 32);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var before = bench.Guest.Host;

        var report = await bench.MigrateAsync(
            new LocalTarget(target.AsIncoming()), change: request => request with { MaxBandwidth = 8 * MiB, Goal = Goal with { Else = GoalFallback.Pause } });

        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        await bench.Guest.ArriveAsync(target, Cancellation);
        await bench.AssertIntactAsync();
        await bench.Guest.EndAsync(before);
        Assert.Equal(new ConvergenceDecision.LimitDowntime(ConvergenceStrategy.MaxDowntimeLimit), report.Convergence[^1].Decision);
        Assert.InRange(report.Convergence[^1].At, Goal.Time, Goal.Time + TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_throttled_guest_converges_and_runs_on_unthrottled()
    {
        await using var bench = await BootAsync(spanMiB: 8, memoryMiB: 32, pagesPerTick: 4);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var strategy = ConvergenceStrategy.FirstOf(
            ConvergenceStrategy.AutoConverge(initial: 60, increment: 30), ConvergenceStrategy.GiveUpAfter(TimeSpan.FromMinutes(2)));

        var report = await bench.MigrateAsync(
            new LocalTarget(target.AsIncoming()), MigrationProfile.Default with { Convergence = strategy }, change: request => request with { MaxBandwidth = 4 * MiB });

        await bench.AssertArrivedAsync(target, report);
        Assert.Contains(report.Convergence, change => change.Decision is ConvergenceDecision.Throttle);
        Assert.Equal(TimeSpan.FromMilliseconds(30), report.Statistics.DowntimeLimit);
    }
}
