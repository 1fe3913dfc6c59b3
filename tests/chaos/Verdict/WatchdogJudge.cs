using Pve.Chaos.Orchestration;
using Pve.Chaos.World;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Chaos.Verdict;

/// <summary>Looks what became of a guest whose migrator was killed at <c>pre-switchover</c>, before anybody recovers: the watchdog gave it back.</summary>
internal static class WatchdogJudge
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    public static async Task<IReadOnlyList<string>> JudgeAsync(Stage stage, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Patience, TimeProvider.System);
        var (status, stream) = await LookAsync(stage, cancellationToken);
        while (!IsBack(status, stream) && !deadline.IsCancellationRequested)
        {
            await Task.Delay(Interval, TimeProvider.System, cancellationToken);
            (status, stream) = await LookAsync(stage, cancellationToken);
        }

        return IsBack(status, stream) ? [] : [$"The watchdog of VM {Assignment.VmId} did not give the guest back: it is {status.Status} ({stream.Status})."];
    }

    private static bool IsBack(StatusInfo status, MigrationInfo stream) => status.Running && stream.Status == MigrationStatus.Cancelled;

    private static async Task<(StatusInfo Status, MigrationInfo Stream)> LookAsync(Stage stage, CancellationToken cancellationToken) => (
        await stage.Source.Monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken),
        await stage.Source.Monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken));
}
