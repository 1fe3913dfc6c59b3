using Pve.Migration;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

public sealed class GuestStateTests
{
    [Fact]
    public async Task A_paused_guest_arrives_paused_and_whole()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var source = bench.Guest.Host;
        await source.Monitor.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);

        var report = await bench.MigrateAsync(
            new LocalTarget(target.AsIncoming()), change: request => request with { Disks = [new MigrationDisk("disk0")] });

        Assert.True((report.Outcome as MigrationOutcome.Migrated)?.IsPaused, $"{report.Outcome}");
        Assert.Empty(report.Warnings);
        Assert.Equal(RunState.Paused, await StateAsync(target.Monitor));
        Assert.Equal(0, target.Ticks.TicksSeen);
        Assert.Equal(0, await source.Process.Exited.WaitAsync(Cancellation));
        await target.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
        await bench.Guest.ArriveAsync(target, Cancellation);
        await bench.AssertIntactAsync();
        Assert.True(await bench.Guest.IsDiskAlikeAsync(source, target, 0, Cancellation));
        await bench.Guest.EndAsync(source);
    }

    [Fact]
    public async Task A_paused_guest_whose_target_fails_stays_paused()
    {
        await using var bench = await BootAsync();
        await bench.Guest.Host.Monitor.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var refusing = new FailingOwnership();

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), change: request => request with { Ownership = refusing });

        Assert.Equal("hand over ownership", Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome).Failure.Step);
        Assert.NotEqual(RunState.Running, await StateAsync(bench.Guest.Host.Monitor));
        await bench.Guest.Host.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
        await bench.AssertStayedAsync(target, report, "hand over ownership");
    }

    [Theory]
    [InlineData("-no-shutdown")]
    [InlineData("-no-reboot")]
    public async Task A_guest_that_shuts_down_during_the_copy_is_off_at_its_source_and_nowhere_else(string option)
    {
        await using var guest = await TinyGuest.StartAsync("power off", option);
        var migrating = await BeginAsync(guest);
        await guest.PressKeyAsync("SHUTDOWN");

        var report = await migrating.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.True(report.Outcome is MigrationOutcome.RolledBack, $"{report.Outcome}");
        var failure = ((MigrationOutcome.RolledBack)report.Outcome).Failure;
        Assert.Equal("copy RAM", failure.Step);
        Assert.Contains("ended on the source by itself (guest-shutdown)", failure.Message, StringComparison.Ordinal);
        await guest.TargetProcess.Exited.WaitAsync(Cancellation);
        if (option == "-no-shutdown")
        {
            Assert.Equal(RunState.Shutdown, await StateAsync(guest.Source));
        }
        else
        {
            Assert.Equal(0, await guest.SourceProcess.Exited.WaitAsync(Cancellation));
        }
    }

    [Fact]
    public async Task A_guest_that_resets_during_the_copy_arrives_and_it_is_told()
    {
        await using var guest = await TinyGuest.StartAsync("restart", "-action", "reboot=reset");
        var migrating = await BeginAsync(guest);
        await guest.PressKeyAsync("RESET");
        await guest.Source.ExecuteAsync(QmpCommands.MigrateSetParameters, new MigrationParameters { MaxBandwidth = 1L << 30 }, cancellationToken: Cancellation);

        var report = await migrating.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.True(report.Outcome is MigrationOutcome.Migrated { IsPaused: false }, $"{report.Outcome}");
        Assert.Contains(report.Warnings, warning => warning.StartsWith("The guest was reset", StringComparison.Ordinal));
        Assert.Equal(RunState.Running, await StateAsync(guest.Target));
    }

    [Fact]
    public async Task A_suspended_guest_is_migrated_and_what_becomes_of_its_sleep_is_told_before()
    {
        await using var guest = await TinyGuest.StartAsync("suspend", "-action", "reboot=reset");
        await guest.PressKeyAsync("SUSPEND");
        Assert.Equal(RunState.Suspended, await StateAsync(guest.Source));

        var report = await MigrateAsync(guest, slowly: false);

        Assert.True(report.Outcome is MigrationOutcome.Migrated { IsPaused: false }, $"{report.Outcome}");
        var wakes = guest.Target.Greeting.Version.Qemu.Major < 9;
        Assert.Contains(
            report.Findings,
            finding => finding.Id == "source-state" && finding.Severity == (wakes ? PreflightSeverity.Warning : PreflightSeverity.Information));
        Assert.Equal(wakes ? RunState.Running : RunState.Suspended, await StateAsync(guest.Target));
    }

    [Fact]
    public async Task A_guest_that_shuts_down_before_the_copy_is_off_at_its_source_too()
    {
        await using var guest = await TinyGuest.StartAsync("power off");
        var target = guest.AsTarget();
        var report = await new LiveMigrator().MigrateAsync(
            new MigrationRequest { VmId = VmId, Source = guest.Source, Target = target, Ownership = new ActingOwnership(() => guest.PressKeyAsync("SHUTDOWN")) },
            cancellationToken: Cancellation);
        Assert.True(report.Outcome is MigrationOutcome.RolledBack, $"{report.Outcome}");
        Assert.Contains("ended on the source by itself", ((MigrationOutcome.RolledBack)report.Outcome).Failure.Message, StringComparison.Ordinal);
        await guest.TargetProcess.Exited.WaitAsync(Cancellation);
    }

    // Returns once the copy is under way, with the run itself wrapped so that it is not awaited.
    private static async Task<Task<MigrationReport>> BeginAsync(TinyGuest guest)
    {
        using var status = guest.Source.Subscribe("MIGRATION_PASS");
        var migrating = MigrateAsync(guest, slowly: true);
        await status.ReadAsync(Cancellation);
        return migrating;
    }

    private static Task<MigrationReport> MigrateAsync(TinyGuest guest, bool slowly) => new LiveMigrator().MigrateAsync(
        new MigrationRequest
        {
            VmId = VmId,
            Source = guest.Source,
            Target = guest.AsTarget(),
            MaxBandwidth = slowly ? 20_000 : 0,
        },
        cancellationToken: Cancellation);

    private static async Task<RunState> StateAsync(QmpClient monitor)
        => (await monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Cancellation)).Status;

    private sealed class ActingOwnership(Func<Task> prepare) : IOwnershipHandover
    {
        public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => prepare();

        public Task CommitAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task RevertAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class FailingOwnership : IOwnershipHandover
    {
        public Task PrepareAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task CommitAsync(int vmId, CancellationToken cancellationToken) => throw new OwnershipException("no");

        public Task RevertAsync(int vmId, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
