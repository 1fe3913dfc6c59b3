using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class ConvergenceTests
{
    [Theory]
    [InlineData(5, 30, null)]
    [InlineData(6, 30, 60d)]
    [InlineData(60, 1_000_000, 2_000_000d)]
    [InlineData(6, 1_500_000, 2_000_000d)]
    [InlineData(6, 2_000_000, null)]
    public void The_limit_doubles_after_more_than_five_polls_without_progress(int polls, int limit, double? raised)
        => Assert.Equal(raised, ConvergenceStrategy.ProxmoxDoubling.RaiseDowntimeLimit(
            new ConvergenceState(polls, TimeSpan.FromMilliseconds(limit), new MigrationRamStats()))?.TotalMilliseconds);

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
        async bench => bench.AssertMigrated(await bench.MigrateAsync(profile: MigrationProfile.Default with { Convergence = new Absurd() })));

    private sealed class Absurd : ConvergenceStrategy
    {
        public override TimeSpan? RaiseDowntimeLimit(ConvergenceState state) => TimeSpan.FromDays(1);
    }
}
