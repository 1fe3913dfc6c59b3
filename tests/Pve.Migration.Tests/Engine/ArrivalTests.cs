using Pve.Migration.Engine;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class ArrivalTests
{
    private static readonly TimeSpan WireResolution = TimeSpan.FromMicroseconds(2);

    [Fact]
    public Task A_guest_arrives_and_every_microsecond_of_the_pause_is_explained() => RunAsync(async bench =>
    {
        var handler = new Handler(_ => { });
        var report = await bench.MigrateAsync(progress: handler);

        bench.AssertMigrated(report);
        Assert.Empty(report.Warnings);
        Assert.Equal(report.Ledger.Paused, report.Ledger.Explained);
        Assert.InRange(report.Ledger.Paused!.Value - bench.TruePause, -WireResolution, WireResolution);
        Assert.InRange(report.Ledger.HandoverGap!.Value, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        Assert.Equal(report.Ledger.Lines.OrderBy(line => line.Start), report.Ledger.Lines);
        Assert.Equal(0, bench.Pair.Source.ExitCode);

        Assert.Equal(SmallGuest.MemoryBytes, report.Statistics.RamTotalBytes);
        Assert.True(report.Statistics.RamTransferredBytes >= SmallGuest.MemoryBytes);
        Assert.Equal(TimeSpan.FromMilliseconds(30), report.Statistics.DowntimeLimit);
        Assert.InRange(report.Statistics.QemuDowntime!.Value, TimeSpan.FromMilliseconds(1), report.Ledger.Paused.Value);
        Assert.True(report.Statistics.Passes >= 2);

        Assert.Equal(Enumerable.Range(1, handler.Seen.Count).Select(n => (long)n), handler.Seen.Select(progress => progress.Sequence));
        Assert.Equal(handler.Seen.Select(progress => progress.Phase).Order(), handler.Seen.Select(progress => progress.Phase));
        Assert.Equal(MigrationPhase.Ended, handler.Seen[^1].Phase);
        Assert.Equal((0, report.Statistics.RamTransferredBytes), (handler.Seen[^1].RamRemainingBytes, handler.Seen[^1].RamTransferredBytes));
        Assert.Equal(["prepare ownership", "hand over ownership"], bench.Ownership.Calls);
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task The_target_is_woken_as_the_copy_begins_and_once_in_the_pause_and_nobody_waits_for_it(bool throws) => RunAsync(async bench =>
    {
        var never = new TaskCompletionSource();
        var target = bench.Local();
        target.Before = step => step != "wake" ? Task.CompletedTask : throws ? throw new IOException("asleep for good") : never.Task;

        var report = await bench.MigrateAsync(target);

        bench.AssertMigrated(report);
        Assert.Empty(report.Warnings);
        Assert.Equal(report.Ledger.Paused, report.Ledger.Explained);
        Assert.Equal(["make target ready", "wake", "wake", "resume"], target.Calls.SkipWhile(call => call != "make target ready").Take(4));
        Assert.Equal(2, target.Calls.Count(call => call == "wake"));
        never.SetResult();
    });

    [Fact]
    public Task Capabilities_and_parameters_are_put_back() => RunAsync(async bench =>
    {
        var (source, target) = (await SettingsAsync(bench.Spy), await SettingsAsync(bench.Target));
        var report = await bench.MigrateAsync(change: request => request with { EndsSource = false });

        bench.AssertMigrated(report);
        Assert.Equal(source, await SettingsAsync(bench.Spy));
        Assert.Equal(target, await SettingsAsync(bench.Target));
        Assert.Equal(RunState.PostMigrate, await bench.SourceStateAsync());
    });

    [Theory]
    [InlineData(3)]
    [InlineData(-5)]
    public Task Hosts_whose_clocks_differ_by_hours_do_not_confuse_it(int hours) => RunAsync(
        async bench =>
        {
            var report = await bench.MigrateAsync();

            bench.AssertMigrated(report);
            var error = report.Ledger.ClockError + WireResolution;
            Assert.InRange(report.Ledger.Paused!.Value - bench.TruePause, -error, error);
            Assert.Equal(report.Ledger.Paused, report.Ledger.Explained);
            Assert.InRange(report.Ledger.ClockError, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        },
        target: SmallGuest with { Name = "target", Incoming = true, StartPaused = true, ClockOffset = TimeSpan.FromHours(hours) });

    [Fact]
    public void A_clock_is_known_within_what_its_messages_took()
    {
        var time = new VirtualTime();
        var clock = new HostClock(time);
        var there = DateTimeOffset.UnixEpoch + TimeSpan.FromHours(2);

        clock.CausedAt(there + TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(8).Ticks);
        clock.HeardAt(there + TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(15).Ticks);
        clock.HeardAt(there + TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(23).Ticks);

        Assert.Equal(TimeSpan.FromHours(2) - TimeSpan.FromMilliseconds(3), clock.Offset);
        Assert.Equal(TimeSpan.FromMilliseconds(5), clock.Error);
    }

    [Fact]
    public void A_clock_that_is_set_meanwhile_shows_as_an_error()
    {
        var clock = new HostClock(new VirtualTime());
        clock.CausedAt(DateTimeOffset.UnixEpoch, 0);
        clock.HeardAt(DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(4).Ticks);
        Assert.Equal(TimeSpan.FromSeconds(5), clock.Error);
    }

    [Fact]
    public Task A_target_that_was_started_without_S_still_waits() => RunAsync(
        async bench =>
        {
            var runningAtHandover = -1;
            bench.Ownership.Before = call =>
            {
                runningAtHandover = call == "hand over ownership" ? bench.Pair.RunningNow : runningAtHandover;
                return Task.CompletedTask;
            };

            bench.AssertMigrated(await bench.MigrateAsync());
            Assert.Equal(0, runningAtHandover);
        },
        target: SmallGuest with { Name = "target", Incoming = true });

    [Fact]
    public Task Where_the_source_is_done_first_the_targets_own_word_is_waited_for() => RunAsync(
        async bench =>
        {
            MigrationStatus? atHandover = null;
            bench.Ownership.Before = call => call switch
            {
                "prepare ownership" => WithoutReturnPathAsync(bench),
                _ => Task.FromResult(atHandover = bench.Pair.Target.MigrationStatus),
            };

            var report = await bench.MigrateAsync();
            bench.AssertMigrated(report);
            Assert.Equal(MigrationStatus.Completed, atHandover);
            Assert.InRange(Line(report, "target loads (QEMU)"), TimeSpan.FromSeconds(2.9), TimeSpan.FromSeconds(3.1));
        },
        target: SmallGuest with { Name = "target", Incoming = true, StartPaused = true, LoadTime = TimeSpan.FromSeconds(3) });

    [Fact]
    public Task A_target_that_does_not_load_in_time_gives_the_guest_back() => RunAsync(
        async bench =>
        {
            bench.Ownership.Before = call => call == "prepare ownership" ? WithoutReturnPathAsync(bench) : Task.CompletedTask;
            var failure = bench.AssertRolledBack(await bench.MigrateAsync());
            Assert.Equal("copy RAM", failure.Step);
            Assert.Contains("within 30 s after the source was done", failure.Message, StringComparison.Ordinal);
        },
        target: SmallGuest with { Name = "target", Incoming = true, StartPaused = true, LoadTime = TimeSpan.FromMinutes(10) });

    [Fact]
    public Task A_handler_that_throws_changes_nothing() => RunAsync(async bench =>
    {
        var handler = new Handler(_ => throw new InvalidOperationException("handler"));
        var report = await bench.MigrateAsync(progress: handler);
        bench.AssertMigrated(report);
        Assert.Empty(report.Warnings);
        Assert.Equal(MigrationPhase.Ended, handler.Seen[^1].Phase);
    });

    // As between QEMUs of which one does not know it: the source's completed then means that it has sent everything, and no more.
    private static async Task WithoutReturnPathAsync(EngineBench bench)
    {
        var off = new MigrateSetCapabilities([new MigrationCapabilityStatus(MigrationCapability.ReturnPath, false)]);
        await bench.Spy.ExecuteAsync(QmpCommands.MigrateSetCapabilities, off, cancellationToken: Cancellation);
    }
}
