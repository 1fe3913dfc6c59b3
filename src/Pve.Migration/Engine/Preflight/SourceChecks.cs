using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Preflight;

/// <summary>What the source alone tells.</summary>
internal static class SourceChecks
{
    private static readonly QmpVersion KeepsSuspended = new(9, 0, 0);

    /// <returns>What the guest does.</returns>
    public static async Task<RunState> RunAsync(QmpClient source, Findings findings, CancellationToken cancellationToken)
    {
        var status = await source.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: cancellationToken).ConfigureAwait(false);
        LookAtState(source, status.Status, findings);

        var info = await source.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (info.BlockedReasons is { Count: > 0 } reasons)
        {
            findings.Error("blocked", $"QEMU forbids to migrate this guest: {string.Join("; ", reasons)}.", "Remove what blocks it.");
        }

        if (info.Status is { } state && !SourceVm.IsOver(state))
        {
            findings.Error("under-way", $"A migration of this guest is already under way ({state}).", "Wait for it, or cancel it.");
        }

        await LookForJobsAsync(source, findings, cancellationToken).ConfigureAwait(false);
        return status.Status;
    }

    private static void LookAtState(QmpClient source, RunState state, Findings findings)
    {
        const string Id = "source-state";
        var version = source.Greeting.Version.Qemu;
        if (state == RunState.Paused)
        {
            findings.Inform(Id, "The guest is paused, and will be on the target.");
        }
        else if (state == RunState.Suspended && (version.Major, version.Minor).CompareTo((KeepsSuspended.Major, KeepsSuspended.Minor)) >= 0)
        {
            findings.Inform(Id, "The guest is suspended, and will be on the target.");
        }
        else if (state == RunState.Suspended)
        {
            findings.Warn(
                Id, $"The guest is suspended, and QEMU {version} wakes it up to migrate it.", $"Wake it up first, or take a QEMU since {KeepsSuspended.Major}.{KeepsSuspended.Minor}.");
        }
        else if (state != RunState.Running)
        {
            findings.Error(Id, $"The guest neither runs nor is paused on the source: it is {state}.", "Only a guest that runs, is paused or suspended can be migrated.");
        }
    }

    // A job holds its disk, which QEMU has to let go of inside the pause.
    private static async Task LookForJobsAsync(QmpClient source, Findings findings, CancellationToken cancellationToken)
    {
        var jobs = await source.TryExecuteAsync(QmpCommands.QueryJobs, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (jobs.Failure is { ConnectionUsable: false } lost)
        {
            throw lost;
        }

        foreach (var job in jobs.Value?.Where(job => job.Status != JobStatus.Concluded && job.Status != JobStatus.Null) ?? [])
        {
            findings.Error("job", $"The job '{job.Id}' ({job.Type}) is {job.Status} on the source.", "Wait for it, or cancel it.");
        }
    }
}
