using Pve.Migration.Diagnostics;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>Asks <c>query-migrate</c>, reports what it says, and raises the downtime limit where the copy does not converge.</summary>
internal sealed class MigrationPoll(RunContext run, SourceVm source)
{
    // Proxmox VE forgives as many failed queries in a row, a second apart (QemuMigrate.pm).
    private const int ForgivenFailures = 5;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private MigrationRamStats? _previous;
    private MigrationRamStats? _current;
    private int _polls;
    private int _failures;
    private int _withoutProgress;
    private long _movedAt;

    /// <summary>What the latest poll said; null before the first.</summary>
    public MigrationStatus? Status { get; private set; }

    /// <summary>The delay that the next poll waits for.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>The downtime limit that QEMU has now.</summary>
    public TimeSpan DowntimeLimit { get; private set; } = run.Request.DowntimeLimit;

    /// <summary>For how long no byte was sent, by the polls' word.</summary>
    public TimeSpan StoodStill { get; private set; }

    public TimeSpan NextDelay()
        => Delay = _failures > 0 ? AfterFailure : run.Profile.Polling.NextDelay(new PollingState(_polls, Delay, _previous, _current));

    /// <exception cref="QmpException">The monitor is lost, or failed too many times in a row.</exception>
    public async Task AskAsync(CancellationToken cancellationToken)
    {
        MigrationInfo info;
        try
        {
            info = await source.Monitor.ExecuteAsync(QmpCommands.QueryMigrate, cancellationToken: cancellationToken).ConfigureAwait(false);
            _failures = 0;
        }
        catch (QmpException e) when (e.ConnectionUsable && ++_failures <= ForgivenFailures)
        {
            Log.PollFailed(run.Logger, run.Request.VmId, _failures, e.Message);
            return;
        }

        cancellationToken.ThrowIfCancellationRequested(); // the copy is over: nobody wants to know any more
        _polls++;
        Status = info.Status;
        run.Report(MigrationPlan.CopyRam, info);
        if (info.Ram is { } ram)
        {
            (_previous, _current) = (_current, ram);
            _movedAt = _previous?.Transferred == ram.Transferred ? _movedAt : run.Time.GetTimestamp();
            StoodStill = run.Time.GetElapsedTime(_movedAt);
            if (info.Status == MigrationStatus.Active && source.Trail!.IsStopped)
            {
                await source.LookWhoStoppedAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (info.Status == MigrationStatus.Active)
            {
                await ConvergeAsync(ram, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ConvergeAsync(MigrationRamStats ram, CancellationToken cancellationToken)
    {
        if (ram.Remaining == 0 || (ram.Remaining >= _previous?.Remaining && ram.Transferred > _previous.Transferred))
        {
            _withoutProgress++;
        }

        if (run.Profile.Convergence.RaiseDowntimeLimit(new ConvergenceState(_withoutProgress, DowntimeLimit, ram)) is { } limit)
        {
            try
            {
                await source.Capabilities.ApplyAsync(new MigrationParameters { DowntimeLimit = limit }, cancellationToken).ConfigureAwait(false);
            }
            catch (QmpException e) when (e.ConnectionUsable)
            {
                // The copy goes on as it was, and the next poll tries again.
                Log.PollFailed(run.Logger, run.Request.VmId, _failures, e.Message);
                return;
            }

            (DowntimeLimit, _withoutProgress) = (limit, 0);
            Log.DowntimeLimitRaised(run.Logger, run.Request.VmId, limit.TotalMilliseconds);
        }
    }
}
