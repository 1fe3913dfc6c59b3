using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

public sealed class MigrationTests
{
    [Theory]
    [InlineData("events")]
    [InlineData("reduced")]
    [InlineData("before")]
    public async Task A_guest_arrives_whole_whatever_the_polling(string polling)
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var strategy = new[] { PollingStrategy.EventDriven, PollingStrategy.Pve2017, PollingStrategy.Pve2017Before }.Single(p => p.Name == polling);

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), MigrationProfile.Default with { Polling = strategy });

        await bench.AssertArrivedAsync(target, report);
        AssertLedgerExplains(report);
    }

    [Theory]
    [InlineData(MtunnelDialect.V0, "v0")]
    [InlineData(MtunnelDialect.V1, "v1")]
    public async Task It_is_resumed_over_the_tunnel_or_around_it(MtunnelDialect dialect, string settled)
    {
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var handler = HandlerFor(host);
        await using var target = new TunnelTarget(host.AsIncoming(), InProcess(handler, dialect), new LocalTarget(host.AsIncoming()));

        var report = await bench.MigrateAsync(target);

        await bench.AssertArrivedAsync(host, report);
        AssertLedgerExplains(report);
        Assert.Equal(settled, target.Dialect);
    }

    [Fact]
    public async Task Over_fifty_migrations_back_and_forth_nothing_is_lost_and_nothing_stays()
    {
        await using var bench = await BootAsync(spanMiB: 2, memoryMiB: 16);
        for (var i = 0; i < 50; i++)
        {
            var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
            await using var handler = HandlerFor(target);
            await using var tunnel = new TunnelTarget(target.AsIncoming(), InProcess(handler));
            await bench.AssertArrivedAsync(target, await bench.MigrateAsync(tunnel));
        }

        Assert.Single(Directory.GetDirectories(bench.Root));
        Assert.Equal(50, bench.Guest.Heartbeat.Report().Handovers.Count);
    }

    [Fact]
    public async Task Progress_goes_forward_and_ends_with_the_outcome()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var seen = new List<MigrationProgress>();

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), progress: new Recorder(seen));

        await bench.AssertArrivedAsync(target, report);
        Assert.Equal(Enumerable.Range(1, seen.Count).Select(n => (long)n), seen.Select(progress => progress.Sequence));
        Assert.Equal(seen.Select(progress => progress.Phase).Order(), seen.Select(progress => progress.Phase));
        Assert.Equal(MigrationPhase.Ended, seen[^1].Phase);
        Assert.Equal((0, report.Statistics.RamTransferredBytes), (seen[^1].RamRemainingBytes, seen[^1].RamTransferredBytes));
    }

    [Fact]
    public async Task What_was_set_on_the_guests_qemu_is_as_before_on_the_target_and_after_a_rollback()
    {
        await using var bench = await BootAsync();
        var before = await SettingsAsync(bench.Guest.Host);
        var refused = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        using var cancelled = new CancellationTokenSource();
        var stopper = new Recorder([], progress => _ = progress.Step == "copy RAM" ? cancelled.CancelAsync() : null);
        var report = await bench.MigrateAsync(
            new LocalTarget(refused.AsIncoming()), progress: stopper, change: r => r with { MaxBandwidth = 1_000_000 }, cancellation: cancelled.Token);
        await bench.AssertStayedAsync(refused, report, "copy RAM", "cancelled");
        Assert.Equal(before, await SettingsAsync(bench.Guest.Host));

        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var fresh = await SettingsAsync(target);
        await bench.AssertArrivedAsync(target, await bench.MigrateAsync(new LocalTarget(target.AsIncoming())));
        Assert.Equal(fresh, await SettingsAsync(target));
    }

    [Fact]
    public async Task The_source_can_be_kept()
    {
        await using var bench = await BootAsync();
        var source = bench.Guest.Host;
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), change: r => r with { EndsSource = false });

        Assert.IsType<MigrationOutcome.Migrated>(report.Outcome);
        await bench.Guest.ArriveAsync(target, Cancellation);
        var status = await source.Monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Cancellation);
        Assert.Equal(RunState.PostMigrate, status.Status);
        await bench.AssertIntactAsync();
    }

    // Not a measurement: the sum must come out however slow the machine is.
    internal static void AssertLedgerExplains(MigrationReport report)
    {
        Assert.NotNull(report.Ledger.Paused);
        Assert.NotNull(report.Ledger.HandoverGap);
        Assert.InRange((report.Ledger.Explained - report.Ledger.Paused!.Value).TotalMilliseconds, -1, 1);
        Assert.All(report.Ledger.Lines, line => Assert.True(line.Duration >= TimeSpan.Zero, line.ToString()));
    }

    private static async Task<string> SettingsAsync(GuestHost host)
    {
        var capabilities = await host.Monitor.ExecuteAsync("query-migrate-capabilities", cancellationToken: Cancellation);
        var parameters = await host.Monitor.ExecuteAsync("query-migrate-parameters", cancellationToken: Cancellation);
        return $"{capabilities}{parameters}";
    }

    private sealed class Recorder(List<MigrationProgress> seen, Action<MigrationProgress>? act = null) : IProgress<MigrationProgress>
    {
        public void Report(MigrationProgress value)
        {
            seen.Add(value);
            act?.Invoke(value);
        }
    }
}
