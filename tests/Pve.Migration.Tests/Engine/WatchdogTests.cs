using System.IO.Pipelines;
using System.Text;
using Nerdbank.Streams;
using Pve.Migration.Engine;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>A guest at <c>pre-switchover</c> whose migrator is gone goes on at the source; one that was told to go on is never cancelled.</summary>
public sealed class WatchdogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    [Fact]
    public Task A_migration_that_goes_well_never_meets_it() => OnDisksAsync(async bench =>
    {
        await using var held = await HoldAsync(bench);
        bench.AssertMigrated(await MigrateAsync(bench, Target(bench), held.Watchdog));
        await held.Watchdog.DisposeAsync();
        Assert.False(await held.Ended);
    });

    [Fact]
    public Task R7_A_migrator_that_dies_at_pre_switchover_leaves_its_guest_at_the_source() => OnDisksAsync(async bench =>
    {
        await using var held = await HoldAsync(bench);
        var target = Target(bench);
        var died = new TaskCompletionSource();
        target.Before = async call =>
        {
            if (call == "stop exports")
            {
                await held.Watchdog.DisposeAsync(); // as its end closes all it had open
                died.SetResult();
                await new TaskCompletionSource().Task;
            }
        };
        _ = MigrateAsync(bench, target, held.Watchdog);
        await died.Task;
        Assert.True(await held.Ended);
        await bench.PassAsync(0.1);
        Assert.True(bench.Pair.Source.IsGuestRunning);
        Assert.Equal(MigrationStatus.Cancelled, bench.Pair.Source.MigrationStatus);
    });

    [Fact]
    public Task A_migrator_that_stood_still_for_too_long_is_told_so_and_goes_back() => OnDisksAsync(async bench =>
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        await using var frozen = new FaultyPipe(near, bench.Time, [WireFault.Freeze(WirePlace.Line(WireDirection.ToPeer, 1))]); // behind "arm"
        await using var held = await HoldAsync(bench, frozen, far);
        var target = Target(bench);
        target.After = call => call == "stop exports" ? bench.PassAsync(3) : Task.CompletedTask;
        var report = await MigrateAsync(bench, target, held.Watchdog);

        Assert.Equal("disarm watchdog", bench.AssertRolledBack(report).Step);
        Assert.InRange(bench.Pair.Runs[1].Began - bench.Pair.Runs[0].Ended!.Value, TimeSpan.FromSeconds(0.5), Patience + TimeSpan.FromSeconds(0.1));
    });

    [Fact]
    public Task Silence_during_the_copy_is_no_reason() => RunAsync(async bench =>
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        var holding = new SwitchoverWatchdogHolder(bench.Spy, far, bench.Time).RunAsync(Cancellation);
        await TellAsync(near, "arm 1000", "armed");
        await bench.Target.ExecuteAsync(QmpCommands.MigrateIncoming, new MigrateIncoming(Address), cancellationToken: Cancellation);
        await bench.Source.ExecuteAsync(
            QmpCommands.MigrateSetCapabilities,
            new MigrateSetCapabilities([new MigrationCapabilityStatus(MigrationCapability.PauseBeforeSwitchover, true)]), cancellationToken: Cancellation);
        await bench.Source.ExecuteAsync(
            QmpCommands.MigrateSetParameters, new MigrationParameters { MaxBandwidth = 1_000_000 }, cancellationToken: Cancellation);
        await bench.Source.ExecuteAsync(QmpCommands.Migrate, new Migrate(Address), cancellationToken: Cancellation);
        await bench.PassAsync(10);
        Assert.Equal(MigrationStatus.Active, bench.Pair.Source.MigrationStatus);

        // It comes to the point with nobody there.
        await bench.Source.ExecuteAsync(
            QmpCommands.MigrateSetParameters, new MigrationParameters { MaxBandwidth = 0 }, cancellationToken: Cancellation);
        await bench.PassAsync(10);
        Assert.Equal(MigrationStatus.Cancelled, bench.Pair.Source.MigrationStatus);
        Assert.True(bench.Pair.Source.IsGuestRunning);
        await TellAsync(near, "disarm", "undone");
        await near.Output.CompleteAsync();
        Assert.True(await holding);
    });

    [Fact]
    public Task A_monitor_that_answers_late_is_asked_again() => RunAsync(async bench =>
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        var holder = new SwitchoverWatchdogHolder(bench.Spy, far, bench.Time);
        var holding = holder.RunAsync(Cancellation);
        await TellAsync(near, "arm 1000", "armed");
        Assert.True(holder.IsArmed);
        bench.Pair.Source.Freeze();
        await bench.PassAsync(75); // beyond the 60 s that it waits for an answer
        Assert.False(holding.IsCompleted);
        bench.Pair.Source.Thaw();
        await TellAsync(near, "disarm", "disarmed");
        await near.Output.CompleteAsync();
        Assert.False(await holding);
        Assert.False(holder.IsArmed);
    });

    [Fact]
    public Task One_that_answered_late_is_not_asked_again() => RunAsync(async bench =>
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        await using var watchdog = new SwitchoverWatchdog(near, Patience, bench.Time);
        await Assert.ThrowsAsync<MigrationFailedException>(() => watchdog.ArmAsync(Cancellation));
        await watchdog.ReleaseAsync(Cancellation);
        await far.Output.WriteAsync("armed\n"u8.ToArray(), Cancellation);
        var late = await Assert.ThrowsAsync<MigrationFailedException>(() => watchdog.ArmAsync(Cancellation));
        Assert.Contains("does not answer within 1 s", late.Message, StringComparison.Ordinal);
        var heard = await far.Input.ReadAtLeastAsync("arm 4000\ndisarm\n".Length, Cancellation);
        Assert.Equal("arm 4000\ndisarm\n", Encoding.ASCII.GetString(heard.Buffer));
    });

    [Fact]
    public Task One_that_is_gone_is_missed_during_the_copy() => OnDisksAsync(async bench =>
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        await using var held = await HoldAsync(bench, near, far);
        var handler = new Handler(progress =>
        {
            if (progress.Step == MigrationPlan.CopyRam)
            {
                far.Input.CancelPendingRead();
                far.Input.Complete();
            }
        });
        var report = await bench.MigrateAsync(
            Target(bench), progress: handler, change: request => request with { Disks = [new MigrationDisk("disk")], Watchdog = held.Watchdog });
        var failure = bench.AssertRolledBack(report);
        Assert.Equal(MigrationPlan.CopyRam, failure.Step);
        Assert.Contains("The watchdog is gone", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task One_that_is_disarmed_cancels_nothing_however_long_nobody_speaks() => OnDisksAsync(async bench =>
    {
        await using var held = await HoldAsync(bench);
        using var switching = bench.Spy.Subscribe("MIGRATION");
        bench.Ownership.Before = call => call == "hand over ownership" ? bench.PassAsync(30) : Task.CompletedTask;
        bench.AssertMigrated(await MigrateAsync(bench, Target(bench), held.Watchdog));
        Assert.DoesNotContain("cancelling", Statuses(switching));
    });

    [Theory]
    [InlineData("disarm me")]
    [InlineData("arm soon")]
    [InlineData("")]
    public Task What_is_no_word_of_a_migrator_ends_it(string line) => RunAsync(async bench =>
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        var holding = new SwitchoverWatchdogHolder(bench.Spy, far, bench.Time).RunAsync(Cancellation);
        await near.Output.WriteAsync(Encoding.ASCII.GetBytes(line + "\n"), Cancellation);
        Assert.False(await holding);
        Assert.True(bench.Pair.Source.IsGuestRunning);
    });

    private static IEnumerable<string?> Statuses(QmpEventSubscription events)
    {
        while (events.TryRead(out var heard))
        {
            yield return heard.Data.GetProperty("status").GetString();
        }
    }

    private static async Task TellAsync(IDuplexPipe holder, string line, string answer)
    {
        await holder.Output.WriteAsync(Encoding.ASCII.GetBytes(line + "\n"), Cancellation);
        var read = await holder.Input.ReadAtLeastAsync(answer.Length + 1, Cancellation);
        Assert.Equal(answer + "\n", Encoding.ASCII.GetString(read.Buffer));
        holder.Input.AdvanceTo(read.Buffer.End);
    }

    private static Task<Held> HoldAsync(EngineBench bench)
    {
        var (near, far) = FullDuplexStream.CreatePipePair();
        return HoldAsync(bench, near, far);
    }

    private static async Task<Held> HoldAsync(EngineBench bench, IDuplexPipe near, IDuplexPipe far)
    {
        var monitor = await bench.ListenAsync(bench.Pair.Source);
        var end = new CancellationTokenSource();
        var holding = new SwitchoverWatchdogHolder(monitor, far, bench.Time).RunAsync(end.Token);
        return new Held(new SwitchoverWatchdog(near, Patience, bench.Time), holding, monitor, end);
    }

    private static Task<MigrationReport> MigrateAsync(EngineBench bench, IMigrationTarget target, SwitchoverWatchdog watchdog)
        => bench.MigrateAsync(target, change: request => request with { Disks = [new MigrationDisk("disk")], Watchdog = watchdog });

    private static HookedTarget Target(EngineBench bench) => new(new LocalTarget(bench.IncomingWithDisks()));

    private static Task OnDisksAsync(Func<EngineBench, Task> body)
    {
        var guest = SmallGuest with { Disks = [new SimulatedDisk("disk", "/here/disk") { Bytes = 16L << 20 }] };
        return RunAsync(body, guest, guest with { Name = "target", Incoming = true, StartPaused = true, Disks = [guest.Disks[0] with { Path = "/there/disk" }] });
    }

    private sealed record Held(SwitchoverWatchdog Watchdog, Task<bool> Ended, QmpClient Monitor, CancellationTokenSource End) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Watchdog.DisposeAsync();
            await End.CancelAsync();
            End.Dispose();
            await ((Task)Ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Monitor.DisposeAsync();
        }
    }
}
