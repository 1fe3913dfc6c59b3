using System.Text.Json;
using Pve.Migration.Tests.Engine;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;
using static Pve.Migration.Tests.Recovery.Recoveries;

namespace Pve.Migration.Tests.Recovery;

/// <summary>The migrator dies at any moment, alone or with one of the QEMUs; another one takes up what it noted.</summary>
public sealed class CrashTests
{
    // more than a migration without disks notes
    private const int MostEntries = 40;

    private static readonly string[] Calls
        = ["open target", "start incoming", "prepare ownership", "make target ready", "hand over ownership", "resume", "unlock", "close tunnel"];

    private static readonly string[] Beside = ["alone", "with the target", "with the source"];

    public static IEnumerable<TheoryDataRow<string, string>> Moments =>
        from beside in Beside
        from moment in Enumerable.Range(0, MostEntries).SelectMany(entry => new[] { $"before entry {entry}", $"after entry {entry}" })
            .Concat(Calls.SelectMany(call => new[] { $"before {call}", $"after {call}" }))
        select new TheoryDataRow<string, string>(moment, beside);

    [Theory]
    [MemberData(nameof(Moments))]
    public Task A_crash_is_recovered_from(string moment, string beside) => RunAsync(async bench =>
    {
        var (before, there) = (await SettingsAsync(bench.Spy), await SettingsThereAsync(bench));
        var journal = new MemoryJournal();
        var crash = new Crash(bench, journal, moment, beside);
        await crash.MigrateAsync();
        if (!crash.HasHappened)
        {
            Assert.StartsWith("after entry", moment.Replace("before", "after", StringComparison.Ordinal), StringComparison.Ordinal); // it notes less
            return;
        }

        var report = await RecoverAsync(bench, journal);
        await AssertRecoveredAsync(bench, report, beside);
        if (beside == "alone")
        {
            var isThere = report.Outcome is MigrationOutcome.Migrated;
            Assert.Equal(isThere ? there : before, isThere ? await SettingsThereAsync(bench) : await SettingsAsync(bench.Spy));
        }

        var again = await RecoverAsync(bench, journal);
        if (report.Outcome is not MigrationOutcome.Unknown) // a source that goes on by itself a moment later settles that
        {
            Assert.Equal(report.Outcome.GetType(), again.Outcome.GetType());
        }

        await AssertRecoveredAsync(bench, again, beside);
    });

    [Fact]
    public Task A_crash_of_the_recovery_is_recovered_from_as_well() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await new Crash(bench, journal, "before resume", "alone").MigrateAsync();
        var second = new Crash(bench, journal, "after resume", "alone");
        await second.RecoverAsync();
        Assert.True(second.HasHappened);

        await AssertRecoveredAsync(bench, await RecoverAsync(bench, journal), "alone");
    });

    [Theory]
    [InlineData("before destroy")]
    [InlineData("after destroy")]
    [InlineData("after GoesBack copy RAM")]
    [InlineData("before Ended RolledBack")]
    [InlineData("after Ended RolledBack")]
    public Task A_crash_of_the_recovery_is_recovered_from_while_it_goes_back(string moment) => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await new Crash(bench, journal, "after Intends copy RAM", "alone").MigrateAsync();
        var second = new Crash(bench, journal, moment, "alone");
        await second.RecoverAsync();
        Assert.True(second.HasHappened);

        var report = await RecoverAsync(bench, journal);
        Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome);
        await AssertRecoveredAsync(bench, report, "alone");
    });

    [Fact]
    public Task A_guest_that_the_target_has_whole_runs_there_though_the_source_died_with_the_migrator() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        var crash = new Crash(bench, journal, "after Done last RAM and devices (QEMU)", "with the source");
        await crash.MigrateAsync();
        Assert.True(crash.HasHappened);
        Assert.False(bench.Pair.Target.IsGuestRunning);

        Assert.IsType<MigrationOutcome.Migrated>((await RecoverAsync(bench, journal)).Outcome);
        Assert.True(bench.Pair.Target.IsGuestRunning);
    });

    [Theory]
    [InlineData("before resume")]
    [InlineData("after resume")]
    public Task A_source_that_lives_on_is_as_it_was(string moment) => RunAsync(async bench =>
    {
        var before = await SettingsAsync(bench.Spy);
        var journal = new MemoryJournal();
        await new Crash(bench, journal, moment, "alone").MigrateAsync();
        foreach (var step in new[] { "make TLS ready", "mirror disks" })
        {
            await journal.AppendAsync(new JournalEntry(JournalMark.Intends, VmId, step, bench.Time.GetUtcNow()), Cancellation);
        }

        await using var there = await bench.ListenAsync(bench.Pair.Target);
        foreach (var monitor in new[] { bench.Spy, there })
        {
            await monitor.ExecuteAsync(QmpCommands.ObjectAdd, new AuthzSimpleObject($"migrate-{VmId}-authz", "CN=node"), cancellationToken: Cancellation);
        }

        await bench.Spy.ExecuteAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsNullCo { NodeName = $"migrate-{VmId}-0" }, cancellationToken: Cancellation);
        var report = await RecoverAsync(bench, journal, request => request with { EndsSource = false });

        Assert.IsType<MigrationOutcome.Migrated>(report.Outcome);
        Assert.Empty(report.Warnings);
        Assert.Equal(before, await SettingsAsync(bench.Spy));
        Assert.Empty(await bench.Spy.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new() { Flat = true }, cancellationToken: Cancellation));
        foreach (var monitor in new[] { bench.Spy, there })
        {
            Assert.DoesNotContain("migrate-", $"{await monitor.ExecuteAsync("qom-list", JsonElement.Parse("{\"path\":\"/objects\"}"), cancellationToken: Cancellation)}", StringComparison.Ordinal);
        }
    });

    [Theory]
    [InlineData("before make target ready", MigrationPhase.RollingBack)]
    [InlineData("after resume", MigrationPhase.CleaningUp)]
    public Task What_a_hook_began_is_ended_by_the_recovery(string moment, MigrationPhase ends) => RunAsync(async bench =>
    {
        var calls = new List<MigrationPhase>();
        var hook = new Hook("freeze", [MigrationPhase.Preparing, MigrationPhase.CleaningUp, MigrationPhase.RollingBack])
        {
            Act = (phase, _) =>
            {
                calls.Add(phase);
                return Task.CompletedTask;
            },
        };
        var journal = new MemoryJournal();
        await new Crash(bench, journal, moment, "alone") { Hooks = [hook] }.MigrateAsync();
        await AssertRecoveredAsync(bench, await RecoverAsync(bench, journal, request => request with { Hooks = [hook] }), "alone");
        Assert.Equal([MigrationPhase.Preparing, ends], calls);
    });

    [Fact]
    public Task A_journal_that_was_not_ended_takes_no_other_migration() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await new Crash(bench, journal, "after resume", "alone").MigrateAsync();
        var noted = journal.Entries;
        var source = await bench.ListenAsync(bench.Pair.Source);
        var refused = await Assert.ThrowsAsync<MigrationJournalException>(
            () => bench.MigrateAsync(change: request => request with { Journal = journal, Source = source }));

        Assert.Contains("Recover that one first.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(noted, journal.Entries);
        Assert.True(bench.Pair.Target.IsGuestRunning);
        await source.DisposeAsync();
        await AssertRecoveredAsync(bench, await RecoverAsync(bench, journal), "alone");
    });

    [Fact]
    public Task A_journal_of_another_guest_is_refused() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await journal.AppendAsync(new JournalEntry(JournalMark.Begins, VmId + 1, "target", bench.Time.GetUtcNow()), Cancellation);
        var refused = await Assert.ThrowsAsync<MigrationJournalException>(() => RecoverAsync(bench, journal));
        Assert.Contains("VM 101", refused.Message, StringComparison.Ordinal);
        Assert.True(bench.Pair.Source.IsGuestRunning);
    });

    [Fact]
    public Task A_journal_that_cannot_be_written_ends_it_before_anything_is_touched() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal { Before = _ => throw new MigrationJournalException("The disk is full.") };
        var target = bench.Local();
        var refused = await Assert.ThrowsAsync<MigrationJournalException>(
            () => bench.MigrateAsync(target, change: request => request with { Journal = journal }));
        Assert.Equal("The disk is full.", refused.Message);
        Assert.Empty(target.Calls);
        Assert.True(bench.Pair.Source.IsGuestRunning && bench.Pair.Target.IsAlive);
    });

    [Fact]
    public Task A_journal_that_hangs_holds_no_guest_for_ever() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal
        {
            Before = entry => entry is { Mark: JournalMark.Intends, Step: "resume" } ? new TaskCompletionSource().Task : Task.CompletedTask,
        };
        Assert.Equal("resume", bench.AssertRolledBack(await bench.MigrateAsync(change: request => request with { Journal = journal })).Step);
    });

    [Fact]
    public Task What_a_crash_left_undone_of_the_ownership_is_done_before_the_guest_goes_on() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal();
        await new Crash(bench, journal, "before hand over ownership", "alone").MigrateAsync();
        await AssertRecoveredAsync(bench, await RecoverAsync(bench, journal), "alone");
        Assert.Equal("hand over ownership", bench.Ownership.Calls[^1]);
    });

    [Fact]
    public Task A_journal_that_fails_inside_the_pause_gives_the_guest_back() => RunAsync(async bench =>
    {
        var journal = new MemoryJournal
        {
            Before = entry => entry is { Mark: JournalMark.Intends, Step: "resume" } ? throw new MigrationJournalException("The disk is full.") : Task.CompletedTask,
        };
        Assert.Equal("resume", bench.AssertRolledBack(await bench.MigrateAsync(change: request => request with { Journal = journal })).Step);
    });

    private static async Task<string> SettingsThereAsync(EngineBench bench)
    {
        await using var ear = await bench.ListenAsync(bench.Pair.Target);
        return await SettingsAsync(ear);
    }
}
