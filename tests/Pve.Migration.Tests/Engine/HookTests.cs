using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.MigrationPhase;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

public sealed class HookTests
{
    private static readonly MigrationPhase[] All = [Preparing, Copying, SwitchingOver, Committing, CleaningUp, RollingBack];

    [Fact]
    public Task Hooks_are_called_around_each_phase_and_are_lines_of_the_ledger() => RunAsync(async bench =>
    {
        var running = new List<(MigrationPhase, bool AtSource, bool AtTarget)>();
        var hook = new Hook("firewall", All) { Act = (phase, _) => Note(phase) };
        var report = await bench.MigrateAsync(change: request => request with { Hooks = [hook] });

        bench.AssertMigrated(report);
        Assert.Equal(
            [(Preparing, true, false), (Copying, true, false), (SwitchingOver, false, false), (Committing, false, false), (CleaningUp, false, true)], running);
        Assert.Equal(
            [StepPlacement.BeforePause, StepPlacement.BeforePause, StepPlacement.InsidePause, StepPlacement.InsidePause, StepPlacement.AfterResume],
            report.Ledger.Lines.Where(line => line.Name.StartsWith("firewall (", StringComparison.Ordinal)).Select(line => line.Placement));
        Assert.InRange((report.Ledger.Explained - report.Ledger.Paused!.Value).TotalMilliseconds, -1, 1);

        Task Note(MigrationPhase phase)
        {
            running.Add((phase, bench.Pair.Source.IsGuestRunning, bench.Pair.Target.IsGuestRunning));
            return Task.CompletedTask;
        }
    });

    [Theory]
    [InlineData(Preparing)]
    [InlineData(Copying)]
    [InlineData(SwitchingOver)]
    [InlineData(Committing)]
    public Task One_that_fails_before_the_resume_undoes_the_migration_and_is_told_so_once(MigrationPhase at) => RunAsync(async bench =>
    {
        var calls = new List<MigrationPhase>();
        var hook = new Hook("firewall", All)
        {
            Act = (phase, _) =>
            {
                calls.Add(phase);
                return phase == at ? throw new IOException("no way") : Task.CompletedTask;
            },
        };
        var failure = bench.AssertRolledBack(await bench.MigrateAsync(change: request => request with { Hooks = [hook] }));
        Assert.Equal($"firewall ({at})", failure.Step);
        Assert.Equal([.. All.TakeWhile(phase => phase <= at), RollingBack], calls);
    });

    [Fact]
    public Task One_that_fails_after_the_resume_is_a_warning() => RunAsync(async bench =>
    {
        var hook = new Hook("firewall", [CleaningUp]) { Act = (_, _) => throw new IOException("no way") };
        var report = await bench.MigrateAsync(change: request => request with { Hooks = [hook] });
        bench.AssertMigrated(report);
        Assert.Contains(report.Warnings, warning => warning.Contains("'firewall (CleaningUp)' failed", StringComparison.Ordinal));
    });

    [Fact]
    public Task One_that_hangs_inside_the_pause_is_given_up_in_its_time() => RunAsync(async bench =>
    {
        var hook = new Hook("firewall", [SwitchingOver]) { Act = (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, bench.Time, token) };
        var migrator = new LiveMigrator(new LiveMigratorOptions { TimeProvider = bench.Time, PausedStepTimeout = TimeSpan.FromSeconds(2) });
        var report = await migrator.MigrateAsync(bench.Request(bench.Local()) with { Hooks = [hook] }, cancellationToken: Cancellation);
        Assert.IsType<TimeoutException>(bench.AssertRolledBack(report).Cause);
        Assert.InRange(Line(report, "firewall (SwitchingOver)"), TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(2.1));
    });

    [Fact]
    public Task The_guest_is_announced_by_the_requests_parameters_once_it_runs() => RunAsync(async bench =>
    {
        using var spans = new SpanCollector("Pve.Qmp");
        var report = await bench.MigrateAsync(change: request => request with { Announce = new NetworkAnnounce { Rounds = 3 } });
        bench.AssertMigrated(report);
        var names = report.Ledger.Lines.Select(line => line.Name).ToList();
        Assert.InRange(names.IndexOf("announce"), names.IndexOf("resume") + 1, names.IndexOf("read statistics") - 1);
        Assert.Empty(report.Warnings);
        await bench.Target.ExecuteAsync(QmpCommands.QueryName, cancellationToken: Cancellation);
        await spans.SeeAsync("query-name", Cancellation);
        Assert.Single(spans.Spans, span => span.OperationName == "announce-self");
    });

    [Fact]
    public Task A_paused_guest_is_not_announced() => RunAsync(async bench =>
    {
        using var spans = new SpanCollector("Pve.Qmp");
        await bench.Spy.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        var report = await bench.MigrateAsync(change: request => request with { Announce = new NetworkAnnounce() });
        Assert.IsType<MigrationOutcome.Migrated>(report.Outcome);
        await bench.Target.ExecuteAsync(QmpCommands.QueryName, cancellationToken: Cancellation);
        await spans.SeeAsync("query-name", Cancellation);
        Assert.DoesNotContain(spans.Spans, span => span.OperationName == "announce-self");
    });

    [Theory]
    [InlineData(0, 50, 100)]
    [InlineData(1001, 50, 100)]
    [InlineData(5, -1, 100)]
    [InlineData(5, 100_001, 100)]
    [InlineData(5, 50, 10_001)]
    public Task An_announcement_that_QEMU_would_refuse_is_refused_before_anything(int rounds, int initialMs, int stepMs) => RunAsync(async bench =>
    {
        var announce = new NetworkAnnounce { Rounds = rounds, Initial = TimeSpan.FromMilliseconds(initialMs), Step = TimeSpan.FromMilliseconds(stepMs) };
        await Assert.ThrowsAnyAsync<ArgumentException>(() => bench.MigrateAsync(change: request => request with { Announce = announce }));
    });
}
