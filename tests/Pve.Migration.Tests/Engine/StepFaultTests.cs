using Pve.Migration.Testing;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>At each step each fault: never two guests, and what the outcome says is so.</summary>
public sealed class StepFaultTests
{
    // Those that call nobody are hit by way of the progress, somewhere around their time.
    private static readonly string[] Reported = ["check source", "check target", "set capabilities", "copy RAM"];
    private static readonly string[] Called
        = ["open target", "start incoming", "prepare ownership", "make target ready", "hand over ownership", "set replication state", "resume"];

    // Forward only: whatever happens there, the guest has got across.
    private static readonly string[] Afterwards = ["see it run", "read statistics", "restore target", "end source", "unlock", "close tunnel"];

    private static readonly string[] Faults = ["it throws", "cancelled", "target killed", "source killed", "source's monitor lost", "target frozen", "source frozen", "link cut"];

    public static IEnumerable<TheoryDataRow<string, string>> Everything
        => Reported.Concat(Called).SelectMany(step => Faults.Select(fault => new TheoryDataRow<string, string>(step, fault)));

    public static IEnumerable<TheoryDataRow<string, string>> EverythingAfterwards
        => from step in Afterwards
           from fault in Faults
           where fault is not "target killed" and not "target frozen" && (fault != "it throws" || step is "unlock" or "close tunnel")
           select new TheoryDataRow<string, string>(step, fault);

    [Fact]
    public Task No_step_is_left_out() => RunAsync(async bench =>
    {
        var report = await bench.MigrateAsync(change: request => request with { IsReplicated = true });
        bench.AssertMigrated(report);
        await bench.AssertNothingIsLeftAsync(report);
        var steps = report.Ledger.Lines.Select(line => line.Name).Where(name => name != "notice completion" && !name.EndsWith("(QEMU)", StringComparison.Ordinal));
        Assert.Equal(Reported.Concat(Called).Concat(Afterwards).Order(), steps.Order());
    });

    [Theory]
    [MemberData(nameof(EverythingAfterwards))]
    public Task Whatever_goes_wrong_afterwards_the_guest_has_got_across(string step, string fault) => RunAsync(async bench =>
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var hit = 0;
        async Task HitAsync(string at)
        {
            if (at == step && Interlocked.Exchange(ref hit, 1) == 0)
            {
                await StrikeAsync(bench, fault, caller);
            }
        }

        var target = bench.Local();
        target.Before = HitAsync;
        var report = await bench.MigrateAsync(
            target, progress: new Handler(progress => _ = HitAsync(progress.Step)), change: request => request with { IsReplicated = true }, cancellation: caller.Token);
        await bench.PassAsync(5);

        Assert.Equal(1, hit);
        await ThawAsync(bench);
        bench.AssertMigrated(report);
        await bench.AssertNothingIsLeftAsync(report);
    });

    [Theory]
    [InlineData("target killed")]
    [InlineData("target frozen")]
    public Task A_target_that_is_lost_right_after_the_resume_is_not_all_that_is_left(string fault) => RunAsync(async bench =>
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var target = bench.Local();
        target.Resume = async (inner, token) =>
        {
            var answer = await inner.ResumeAsync(VmId, token);
            await StrikeAsync(bench, fault, caller);
            return answer;
        };
        var report = await bench.MigrateAsync(target);

        Assert.True(report.Outcome is MigrationOutcome.Migrated && !bench.Pair.EverTwoRan, $"{report.Outcome}");
        Assert.Contains(report.Warnings, warning => warning.Contains("The source was left as it is, paused", StringComparison.Ordinal));
        Assert.True(bench.Pair.Source is { IsAlive: true, IsGuestRunning: false });
    });

    [Theory]
    [MemberData(nameof(Everything))]
    public Task Whatever_goes_wrong_one_guest_at_most_runs(string step, string fault) => RunAsync(async bench =>
    {
        using var caller = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var target = bench.Local();
        var hit = 0;
        async Task HitAsync(string at)
        {
            if (at == step && Interlocked.Exchange(ref hit, 1) == 0)
            {
                await StrikeAsync(bench, fault, caller);
            }
        }

        target.Before = bench.Ownership.Before = HitAsync;
        var handler = new Handler(progress =>
        {
            if (Reported.Contains(progress.Step) && (progress.Step != "copy RAM" || progress.RamTransferredBytes > 0))
            {
                _ = HitAsync(progress.Step);
            }
        });

        var report = await bench.MigrateAsync(target, progress: handler, change: request => request with { IsReplicated = true }, cancellation: caller.Token);
        await bench.PassAsync(5);

        Assert.Equal(1, hit);
        if (fault == "source killed")
        {
            AssertTold(bench, report);
            return;
        }

        await ThawAsync(bench);
        bench.AssertSafe(report);
        await bench.AssertNothingIsLeftAsync(report);
        AssertAsExpected(bench, step, fault, report);
    });

    // A source that is killed takes the guest with it, unless the target had it whole.
    private static void AssertTold(EngineBench bench, MigrationReport report)
    {
        Assert.False(bench.Pair.EverTwoRan);
        switch (report.Outcome)
        {
            case MigrationOutcome.Migrated:
                Assert.True(bench.Pair.Target.IsGuestRunning);
                break;
            case MigrationOutcome.Unknown unknown:
                Assert.NotEmpty(unknown.Evidence);
                Assert.NotEmpty(unknown.NextActions);
                break;
            default:
                Assert.Fail($"{report.Outcome}: the source does not have it.");
                break;
        }
    }

    private static Task ThawAsync(EngineBench bench)
    {
        bench.Pair.Source.Thaw();
        return bench.PassAsync(5);
    }

    private static void AssertAsExpected(EngineBench bench, string step, string fault, MigrationReport report)
    {
        switch (fault)
        {
            case "it throws" when Called.Contains(step) && step != "resume":
                Assert.Equal(step, bench.AssertRolledBack(report).Step);
                break;
            case "cancelled" when step == "resume":
                bench.AssertMigrated(report);
                break;
            case "cancelled":
                Assert.True(bench.AssertRolledBack(report).IsCancellation);
                break;
            case "target frozen" when step is "copy RAM" or "prepare ownership" or "make target ready":
                bench.AssertRolledBack(report);
                break;
            case "target killed" when step != "resume":
                bench.AssertRolledBack(report);
                break;
            case "source's monitor lost" when report.Outcome is MigrationOutcome.Unknown:
                // It runs on the source, unless the target had it whole.
                Assert.True(bench.Pair.Source.IsGuestRunning || bench.Pair.Target.IsAlive);
                break;
        }
    }

    private static async Task StrikeAsync(EngineBench bench, string fault, CancellationTokenSource caller)
    {
        switch (fault)
        {
            case "it throws":
                throw new InvalidOperationException(fault);
            case "cancelled":
                await caller.CancelAsync();
                break;
            case "target killed":
                bench.Pair.Target.Kill();
                await bench.PassAsync(0.001); // whoever is told in the same instant may still be told in vain, and that is unknown
                break;
            case "source killed":
                bench.Pair.Source.Kill();
                await bench.PassAsync(0.001);
                break;
            case "source's monitor lost":
                await bench.LoseSourceMonitorAsync();
                break;
            case "source frozen":
                bench.Pair.Source.Freeze();
                break;
            case "link cut":
                bench.Pair.Link.CutConnections();
                break;
            default:
                bench.Pair.Target.Freeze();
                break;
        }
    }
}
