using System.Diagnostics;
using Pve.Migration;
using Pve.Qmp;

namespace LiveMigration.Crashes;

/// <summary>Ends a migration that a crash interrupted, as <c>--recover</c> has it, and then both QEMUs.</summary>
internal static class RecoveryJob
{
    public static async Task<int> RunAsync(string path, CancellationToken cancellationToken)
    {
        var note = await LabNote.ReadAsync(path, cancellationToken);
        using var journal = FileJournal.Open(path);
        await using var source = await TryConnectAsync(note.Source.Monitor, cancellationToken);
        await using var monitor = await TryConnectAsync(note.Target.Monitor, cancellationToken);
        await using IMigrationTarget target = monitor is null
            ? new GoneTarget("target", token => KillAsync(note.Target.Pid, token))
            : new LocalTarget(new IncomingQemu(monitor, "unix:" + note.Target.Monitor, kill: token => KillAsync(note.Target.Pid, token)));
        var report = await new LiveMigrator().RecoverAsync(
            new RecoveryRequest { VmId = JobOptions.VmId, Journal = journal, Source = source, Target = target }, cancellationToken);
        Screen.ShowRecovery(report, await IsRunningAsync(source), await IsRunningAsync(monitor));
        if (report.Outcome is MigrationOutcome.Unknown)
        {
            return 1;
        }

        await KillAsync(note.Source.Pid, CancellationToken.None);
        await KillAsync(note.Target.Pid, CancellationToken.None);
        if (Directory.Exists(note.Folder))
        {
            Directory.Delete(note.Folder, recursive: true);
        }

        LabNote.Delete(path);
        return 0;
    }

    private static async Task<QmpClient?> TryConnectAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await QmpClient.ConnectAsync(QmpEndpoint.Unix(path), cancellationToken: cancellationToken);
        }
        catch (QmpConnectionException)
        {
            return null; // that QEMU is gone
        }
    }

    private static async Task<bool> IsRunningAsync(QmpClient? monitor)
    {
        try
        {
            return monitor is not null && (await monitor.ExecuteAsync(QmpCommands.QueryStatus)).Running;
        }
        catch (QmpConnectionException)
        {
            return false;
        }
    }

    private static async Task KillAsync(int pid, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            if (process.ProcessName.StartsWith("qemu", StringComparison.Ordinal))
            {
                process.Kill();
                await process.WaitForExitAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // it is gone
        }
    }
}
