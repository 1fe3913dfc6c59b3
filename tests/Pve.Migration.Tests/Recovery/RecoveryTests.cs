using Pve.Migration.Tests.Engine;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;
using static Pve.Migration.Tests.Recovery.Recoveries;

namespace Pve.Migration.Tests.Recovery;

/// <summary>What a recovery has to know of what others did: to the guest, on either side, before or after the crash.</summary>
public sealed class RecoveryTests
{
    [Fact]
    public Task A_guest_that_was_seen_running_on_the_target_never_goes_back_to_what_it_was() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        bench.Ownership.Before = async call =>
        {
            if (call == "hand over ownership")
            {
                await LetItRunThereAsync(bench);
                throw new InvalidOperationException("too late");
            }
        };
        var unknown = bench.AssertUnknown(await bench.MigrateAsync(change: request => request with { Journal = journal }));
        Assert.Contains(unknown.NextActions, text => text.Contains("remove the journal", StringComparison.Ordinal));
        bench.Pair.Target.Kill();

        Assert.IsType<MigrationOutcome.Unknown>((await RecoverAsync(bench, journal)).Outcome);
        Assert.False(bench.Pair.Source.IsGuestRunning);
    });

    [Fact]
    public Task A_guest_that_ran_on_the_target_after_it_had_refused_never_goes_back_to_what_it_was() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        var crash = new Crash(bench, journal, "after destroy", "alone")
        {
            Answer = new ResumeResult(ResumeAnswer.Refused, "no"),
            Meanwhile = call => call == "destroy" ? LetItRunThereAsync(bench) : Task.CompletedTask,
        };
        await crash.MigrateAsync();
        Assert.True(crash.HasHappened);

        Assert.IsType<MigrationOutcome.Unknown>((await RecoverAsync(bench, journal)).Outcome);
        Assert.False(bench.Pair.Source.IsGuestRunning);
    });

    [Fact]
    public Task What_people_settled_by_the_advice_is_closed_by_the_next_recovery() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await new Crash(bench, journal, "before resume", "with the target").MigrateAsync();
        var unknown = Assert.IsType<MigrationOutcome.Unknown>((await RecoverAsync(bench, journal)).Outcome);
        Assert.Contains(unknown.NextActions, text => text.Contains("recover the journal again", StringComparison.Ordinal));
        await bench.PassAsync(1);
        await bench.Spy.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);

        var report = await RecoverAsync(bench, journal);
        Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome);
        await AssertRecoveredAsync(bench, report, "with the target");
    });

    [Fact]
    public Task A_guest_that_somebody_paused_is_given_back_paused_though_nobody_could_note_it() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        var crash = new Crash(bench, journal, "after Intends resume", "alone") { Change = Slow };
        var migrating = crash.MigrateAsync();
        await bench.PassAsync(5);
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        await migrating;
        Assert.True(crash.HasHappened);

        Assert.IsType<MigrationOutcome.RolledBack>((await RecoverAsync(bench, journal)).Outcome);
        Assert.False(bench.Pair.Source.IsGuestRunning || bench.Pair.Target.IsAlive);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task What_somebody_did_to_the_guest_during_the_copy_is_done_on_the_target_as_well(bool pauses) => RunAsync(async bench =>
    {
        if (!pauses)
        {
            await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        }

        var journal = new MemoryJournal();
        var crash = new Crash(bench, journal, "before hand over ownership", "alone") { Change = Slow };
        var migrating = crash.MigrateAsync();
        await bench.PassAsync(5);
        await bench.Spy.ExecuteAsync(pauses ? QmpCommands.Stop : QmpCommands.Continue, cancellationToken: Cancellation);
        await bench.PassAsync(5);
        await bench.Spy.ExecuteAsync(
            QmpCommands.MigrateSetParameters, new MigrationParameters { MaxBandwidth = 1L << 30 }, cancellationToken: Cancellation);
        await migrating;
        Assert.True(crash.HasHappened);

        Assert.Equal(pauses, Assert.IsType<MigrationOutcome.Migrated>((await RecoverAsync(bench, journal)).Outcome).IsPaused);
        Assert.Equal(!pauses, bench.Pair.Target.IsGuestRunning);
    });

    [Theory]
    [InlineData("before hand over ownership", "set replication state")]
    [InlineData("before resume")]
    public Task What_stands_between_the_ownership_and_the_resume_is_done_once(string moment, params string[] caughtUp) => RunAsync(async bench =>
    {
        var calls = 0;
        var hook = new Hook("network", [MigrationPhase.Committing])
        {
            Act = (_, _) =>
            {
                calls++;
                Assert.False(bench.Pair.Target.IsGuestRunning);
                return Task.CompletedTask;
            },
        };
        var journal = new MemoryJournal();
        await new Crash(bench, journal, moment, "alone") { Hooks = [hook], Change = request => request with { IsReplicated = true } }.MigrateAsync();
        HookedTarget? target = null;
        var report = await RecoverAsync(
            bench, journal, request => request with { Hooks = [hook], IsReplicated = true, Target = target = new HookedTarget(request.Target) });

        await AssertRecoveredAsync(bench, report, "alone");
        Assert.IsType<MigrationOutcome.Migrated>(report.Outcome);
        Assert.Equal(1, calls);
        Assert.Equal([.. caughtUp, "resume"], target!.Calls.Where(call => call is "set replication state" or "resume"));
    });

    [Fact]
    public Task What_fails_between_the_ownership_and_the_resume_is_told_and_the_guest_goes_on() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        var hook = new Hook("network", [MigrationPhase.Committing]) { Act = (_, _) => throw new IOException("no switch") };
        await new Crash(bench, journal, "before hand over ownership", "alone") { Hooks = [hook] }.MigrateAsync();
        var report = await RecoverAsync(bench, journal, request => request with { Hooks = [hook] });

        Assert.IsType<MigrationOutcome.Migrated>(report.Outcome);
        Assert.Contains(report.Warnings, warning => warning.Contains("no switch", StringComparison.Ordinal));
    });

    // Its intention is not waited for, so that a journal without it says nothing.
    [Fact]
    public Task A_hook_inside_the_pause_is_undone_where_it_may_have_been_called() => RunAsync(async bench =>
    {
        var calls = new List<MigrationPhase>();
        var hook = new Hook("network", [MigrationPhase.SwitchingOver, MigrationPhase.RollingBack])
        {
            Act = (phase, _) =>
            {
                calls.Add(phase);
                return Task.CompletedTask;
            },
        };
        var journal = new MemoryJournal();
        await new Crash(bench, journal, "after Intends copy RAM", "alone") { Hooks = [hook] }.MigrateAsync();
        var report = await RecoverAsync(bench, journal, request => request with { Hooks = [hook] });

        Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome);
        Assert.Equal([MigrationPhase.RollingBack], calls);
    });

    [Fact]
    public Task A_source_whose_monitor_is_held_is_seen_out_of_band_and_taken_back() => RunAsync(
        async bench =>
        {
            var before = await SettingsAsync(bench.Spy);
            await using var source = await bench.ListenAsync(bench.Pair.Source);
            await using var second = await bench.ListenAsync(bench.Pair.Source);
            using var stopped = bench.Spy.Subscribe("STOP");
            var journal = new MemoryJournal();
            var migrating = new Crash(bench, journal, "before Intends resume", "alone").MigrateAsync();
            await stopped.ReadAsync(Cancellation);
            bench.Pair.Target.Freeze();
            await migrating;

            var migrator = new LiveMigrator(new LiveMigratorOptions { TimeProvider = bench.Time });
            var report = await migrator.RecoverAsync(
                new RecoveryRequest
                {
                    VmId = VmId,
                    Journal = journal,
                    Source = source,
                    SourceOutOfBand = second,
                    Target = new GoneTarget("target", _ => Task.CompletedTask), // as by its host's power: the source hears nothing of that
                    Ownership = bench.Ownership,
                },
                Cancellation);
            Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome);
            Assert.True(bench.Pair.Source.IsGuestRunning);
            Assert.Equal(before, await SettingsAsync(bench.Spy));
        },
        SmallGuest with { LocksUpInLastPass = true });

    private static MigrationRequest Slow(MigrationRequest request) => request with { MaxBandwidth = 2_000_000 };

    private static async Task LetItRunThereAsync(EngineBench bench)
    {
        await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
        await bench.PassAsync(0.1);
    }
}
