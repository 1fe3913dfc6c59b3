using Pve.Migration.Testing;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class ConvergenceTests
{
    [Fact]
    public Task A_guest_that_dirties_faster_than_the_link_arrives_after_raises() => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync();

            bench.AssertMigrated(report);
            Assert.Equal(report.Ledger.Paused, report.Ledger.Explained);
            Assert.True(report.Statistics.DowntimeLimit >= TimeSpan.FromMilliseconds(60), $"{report.Statistics.DowntimeLimit}");
            var doublings = Math.Log2(report.Statistics.DowntimeLimit / TimeSpan.FromMilliseconds(30));
            Assert.Equal(Math.Round(doublings), doublings, 6);
        },
        SmallGuest with { DirtyBytesPerSecond = 400L << 20, WorkingSetBytes = 64L << 20 });

    [Fact]
    public Task Without_a_strategy_it_is_copied_until_the_caller_cancels() => RunAsync(
        async bench =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), bench.Time);
            var before = await SettingsAsync(bench.Spy);
            var report = await bench.MigrateAsync(
                profile: MigrationProfile.Default with { Convergence = ConvergenceStrategy.Wait }, cancellation: patience.Token);

            var failure = bench.AssertRolledBack(report);
            Assert.True(failure.IsCancellation);
            Assert.Equal("copy RAM", failure.Step);
            Assert.Equal(before, await SettingsAsync(bench.Spy));
        },
        SmallGuest with { DirtyBytesPerSecond = 400L << 20, WorkingSetBytes = 64L << 20 });

    [Fact]
    public Task A_limit_that_qemu_refuses_does_not_end_the_migration() => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync(profile: MigrationProfile.Default with { Convergence = new Absurd() });
            bench.AssertMigrated(report);
            Assert.Empty(report.Convergence);
            Assert.Equal(TimeSpan.FromMilliseconds(30), report.Statistics.DowntimeLimit);
        });

    [Fact]
    public Task A_strategy_that_gives_up_says_why() => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync(profile: With(ConvergenceStrategy.GiveUpAfter(TimeSpan.FromSeconds(30))));
            var failure = bench.AssertRolledBack(report);
            Assert.Equal("The copy was not over after 30 s.", failure.Message);
            Assert.InRange(report.Statistics.Total, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(31));
            Assert.IsType<ConvergenceDecision.GiveUp>(Assert.Single(report.Convergence).Decision);
        },
        Busy);

    [Fact]
    public Task Post_copy_where_it_is_not_possible_is_given_up() => RunAsync(
        async bench =>
        {
            var failure = bench.AssertRolledBack(await bench.MigrateAsync(profile: With(new Insists())));
            Assert.Contains("post-copy", failure.Message, StringComparison.Ordinal);
        },
        Busy);

    [Fact]
    public Task A_stalled_guest_is_throttled_until_it_converges_and_all_is_put_back() => RunAsync(
        async bench =>
        {
            var before = await SettingsAsync(bench.Spy);
            var report = await bench.MigrateAsync(
                profile: With(ConvergenceStrategy.AutoConverge(initial: 40, increment: 20)), change: request => request with { EndsSource = false });

            bench.AssertMigrated(report);
            var percents = report.Convergence.Select(change => Assert.IsType<ConvergenceDecision.Throttle>(change.Decision).Percent).ToList();
            Assert.Equal([40, 60, 80, 99], percents.Concat([60, 80, 99]).Distinct());
            Assert.Equal(TimeSpan.FromMilliseconds(30), report.Statistics.DowntimeLimit);
            Assert.Equal(before, await SettingsAsync(bench.Spy));
        },
        Busy);

    [Fact]
    public Task Pass_steps_go_no_further_than_the_guest_needs() => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync(profile: With(ConvergenceStrategy.PassSteps(TimeSpan.FromSeconds(2), 10)));

            bench.AssertMigrated(report);
            var limits = report.Convergence.Select(change => Assert.IsType<ConvergenceDecision.LimitDowntime>(change.Decision).Limit.TotalMilliseconds);
            Assert.Equal([230, 430, 630], limits); // 64 MiB take 537 ms
            Assert.Equal(report.Convergence.Select(change => change.At).Order(), report.Convergence.Select(change => change.At));
        },
        Busy);

    private static SimulatedQemuOptions Busy => SmallGuest with { DirtyBytesPerSecond = 400L << 20, WorkingSetBytes = 64L << 20 };

    private static MigrationProfile With(ConvergenceStrategy strategy) => MigrationProfile.Default with { Convergence = strategy };

    private sealed class Insists : ConvergenceStrategy
    {
        public override ConvergenceDecision Decide(ConvergenceState state) => new ConvergenceDecision.StartPostCopy("now");
    }

    private sealed class Absurd : ConvergenceStrategy
    {
        public override ConvergenceDecision Decide(ConvergenceState state) => new ConvergenceDecision.LimitDowntime(TimeSpan.FromDays(1));
    }
}
