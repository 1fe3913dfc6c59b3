using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>A guest that somebody has paused stays so, wherever it comes to be.</summary>
public sealed class GuestStateTests
{
    [Fact]
    public Task A_paused_guest_arrives_paused_and_nobody_is_told_to_resume_it() => RunAsync(async bench =>
    {
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        var target = bench.Local();
        var report = await bench.MigrateAsync(target);

        Assert.True(Assert.IsType<MigrationOutcome.Migrated>(report.Outcome).IsPaused);
        Assert.Contains(report.Findings, finding => finding is { Id: "source-state", Severity: PreflightSeverity.Information });
        Assert.DoesNotContain("resume", target.Calls);
        Assert.Equal(RunState.Paused, bench.Pair.Target.RunState);
        Assert.DoesNotContain(bench.Pair.Runs, run => run.Vm == bench.Pair.Target);
        Assert.False(bench.Pair.Source.IsAlive);
        Assert.Contains("hand over ownership", bench.Ownership.Calls);
        Assert.Null(report.Ledger.Paused);
    });

    [Fact]
    public Task A_guest_that_a_disk_stops_during_the_copy_arrives_as_it_is() => RunAsync(async bench =>
    {
        var migrating = bench.MigrateAsync(change: Slow);
        await bench.PassAsync(5);
        bench.Pair.Source.FailGuestWrite();
        await bench.PassAsync(5);
        await HurryAsync(bench);
        var report = await migrating;

        Assert.True(Assert.IsType<MigrationOutcome.Migrated>(report.Outcome).IsPaused);
        Assert.Equal(RunState.IoError, bench.Pair.Target.RunState);
        Assert.Empty(report.Warnings);
        Assert.False(bench.Pair.Source.IsAlive);
    });

    [Fact]
    public Task A_guest_that_somebody_pauses_during_the_copy_arrives_paused() => RunAsync(async bench =>
    {
        var migrating = bench.MigrateAsync(change: Slow);
        await bench.PassAsync(5);
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        await bench.PassAsync(5);
        await HurryAsync(bench);
        Assert.True(Assert.IsType<MigrationOutcome.Migrated>((await migrating).Outcome).IsPaused);
        Assert.Equal(RunState.Paused, bench.Pair.Target.RunState);
    });

    // Down to the last moment before QEMU's own stop, and beyond it.
    [Theory]
    [InlineData(-500)]
    [InlineData(-100)]
    [InlineData(-20)]
    [InlineData(-5)]
    [InlineData(-1)]
    [InlineData(-0.1)]
    [InlineData(-0.01)]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_stop_is_somebodys_until_it_is_the_migrations(double millisecondsBesideIt)
    {
        var stopped = 0d;
        await RunAsync(async bench =>
        {
            bench.AssertMigrated(await bench.MigrateAsync());
            stopped = bench.Pair.Runs[0].Ended!.Value.TotalMilliseconds;
        });
        await RunAsync(async bench =>
        {
            var migrating = bench.MigrateAsync();
            await bench.PassAsync((stopped + millisecondsBesideIt) / 1000);
            await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
            var isSomebodys = bench.Pair.Source.RunState == RunState.Paused;
            var outcome = Assert.IsType<MigrationOutcome.Migrated>((await migrating).Outcome);
            Assert.Equal(isSomebodys, outcome.IsPaused);
            Assert.Equal(!isSomebodys, bench.Pair.Target.IsGuestRunning);
            Assert.True(isSomebodys == millisecondsBesideIt < 0 || Math.Abs(millisecondsBesideIt) < 1);
        });
    }

    [Fact]
    public Task A_guest_that_somebody_pauses_and_whose_copy_stands_still_is_given_back_paused() => RunAsync(async bench =>
    {
        var migrating = bench.MigrateAsync(change: Slow);
        await bench.PassAsync(5);
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        await bench.PassAsync(60);
        Assert.False(migrating.IsCompleted);
        bench.Pair.Target.Freeze();
        await HurryAsync(bench);
        Assert.IsType<MigrationOutcome.RolledBack>((await migrating).Outcome);
        Assert.False(bench.Pair.Source.IsGuestRunning);
    });

    [Fact]
    public Task A_paused_guest_that_somebody_continues_during_the_copy_arrives_running() => RunAsync(async bench =>
    {
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        var migrating = bench.MigrateAsync(change: Slow);
        await bench.PassAsync(5);
        await bench.Spy.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
        await bench.PassAsync(5);
        await HurryAsync(bench);
        var report = await migrating;
        bench.AssertMigrated(report);
        Assert.False(((MigrationOutcome.Migrated)report.Outcome).IsPaused);
    });

    [Theory]
    [InlineData("prepare ownership")]
    [InlineData("hand over ownership")]
    public Task A_paused_guest_is_given_back_paused(string fails) => RunAsync(async bench =>
    {
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        bench.Ownership.Before = call => call == fails ? throw new OwnershipException("no") : Task.CompletedTask;
        var report = await bench.MigrateAsync();

        Assert.Equal(fails, Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome).Failure.Step);
        Assert.False(bench.Pair.Source.IsGuestRunning);
        Assert.False(bench.Pair.Target.IsAlive);
        await bench.Spy.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
        Assert.True(bench.Pair.Source.IsGuestRunning);
    });

    [Fact]
    public Task A_paused_guest_is_not_given_back_beside_a_target_that_has_it_all_and_may_live() => RunAsync(async bench =>
    {
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        bench.Ownership.Before = call => call == "hand over ownership" ? throw new OwnershipException("no") : Task.CompletedTask;
        bench.AssertUnknown(await bench.MigrateAsync(bench.Local(_ => throw new IOException("no way to its host"))));
    });

    [Fact]
    public Task A_paused_guest_that_cannot_be_seen_on_the_target_is_given_back() => RunAsync(async bench =>
    {
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        bench.Ownership.Before = call =>
        {
            if (call == "hand over ownership")
            {
                bench.Pair.Target.Kill();
            }

            return Task.CompletedTask;
        };
        var rolledBack = Assert.IsType<MigrationOutcome.RolledBack>((await bench.MigrateAsync()).Outcome);
        Assert.Equal("resume", rolledBack.Failure.Step);
        Assert.Contains("revert ownership", bench.Ownership.Calls);
    });

    [Fact]
    public Task A_reset_during_the_copy_is_told_and_changes_nothing() => RunAsync(async bench =>
    {
        var migrating = bench.MigrateAsync(change: Slow);
        await bench.PassAsync(5);
        await bench.Spy.ExecuteAsync(QmpCommands.SystemReset, cancellationToken: Cancellation);
        await HurryAsync(bench);
        var report = await migrating;
        bench.AssertMigrated(report);
        Assert.Contains(report.Warnings, warning => warning.Contains("reset 1 times", StringComparison.Ordinal));
    });

    private static MigrationRequest Slow(MigrationRequest request) => request with { MaxBandwidth = 2_000_000 };

    private static Task<QmpNothing> HurryAsync(EngineBench bench) => bench.Spy.ExecuteAsync(
        QmpCommands.MigrateSetParameters, new MigrationParameters { MaxBandwidth = 1L << 30 }, cancellationToken: Cancellation);
}
