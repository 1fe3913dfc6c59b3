using Pve.Migration.Testing;
using Pve.Migration.Tests.Engine;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Recovery;

/// <summary>What follows a crash.</summary>
internal static class Recoveries
{
    /// <summary>Recovers as far as both QEMUs are there.</summary>
    public static async Task<RecoveryReport> RecoverAsync(EngineBench bench, MemoryJournal journal, Func<RecoveryRequest, RecoveryRequest>? change = null)
    {
        var source = await TryConnectAsync(bench, bench.Pair.Source);
        var target = await TryConnectAsync(bench, bench.Pair.Target);
        var request = new RecoveryRequest { VmId = VmId, Journal = journal, Source = source, Target = Crash.Target(bench, target), Ownership = bench.Ownership };
        var report = await new LiveMigrator(new LiveMigratorOptions { TimeProvider = bench.Time }).RecoverAsync(change?.Invoke(request) ?? request, Cancellation);
        await (source?.DisposeAsync() ?? default);
        await (target?.DisposeAsync() ?? default);
        return report;
    }

    /// <summary>What holds whatever died when.</summary>
    public static async Task AssertRecoveredAsync(EngineBench bench, RecoveryReport report, string beside)
    {
        await bench.PassAsync(1);
        var (source, target) = (bench.Pair.Source, bench.Pair.Target);
        var ran = $"{report.Outcome} [{string.Join("; ", report.Warnings)}] {string.Join(", ", bench.Pair.Runs.Select(run => $"{run.Vm} {run.Began}-{run.Ended}"))}";
        Assert.False(bench.Pair.EverTwoRan, ran);
        switch (report.Outcome)
        {
            case MigrationOutcome.Migrated:
                Assert.True((target.IsGuestRunning || beside == "with the target") && !source.IsGuestRunning, ran);
                break;
            case MigrationOutcome.RolledBack { Failure.Message: "Nothing was begun." }:
                Assert.DoesNotContain(bench.Pair.Runs, run => run.Vm == target);
                break;
            case MigrationOutcome.RolledBack:
                Assert.True(source.IsGuestRunning && !target.IsAlive, ran);
                Assert.DoesNotContain(bench.Pair.Runs, run => run.Vm == target);
                break;
            default:
                Assert.True(beside != "alone", ran);

                // The source is left as it is, for whoever can tell what became of the target; it was ended only for a guest that ran there.
                Assert.True(beside == "with the source" || source.IsAlive || bench.Pair.Runs.Any(run => run.Vm == target), ran);
                break;
        }
    }

    // one that was just killed may not be dead yet
    private static async Task<QmpClient?> TryConnectAsync(EngineBench bench, SimulatedQemu qemu)
    {
        try
        {
            return qemu.IsAlive ? await bench.ListenAsync(qemu) : null;
        }
        catch (QmpConnectionException)
        {
            return null;
        }
    }
}
