using Pve.Migration.Diagnostics;
using Pve.Migration.Engine.Convergence;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine;

/// <summary>Asks <c>query-migrate</c>, reports what it says, and has it steered by.</summary>
internal sealed class MigrationPoll(RunContext run, SourceVm source, Steering steering)
{
    // Proxmox VE forgives as many failed queries in a row, a second apart (QemuMigrate.pm).
    private const int ForgivenFailures = 5;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private MigrationRamStats? _previous;
    private MigrationRamStats? _current;
    private int _polls;
    private int _failures;
    private long _movedAt;

    /// <summary>What the latest poll said; null before the first.</summary>
    public MigrationStatus? Status { get; private set; }

    /// <summary>The delay that the next poll waits for.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>The pass over the RAM that the latest poll saw.</summary>
    public long Pass => _current?.DirtySyncCount ?? 0;

    /// <summary>For how long no byte was sent, by the polls' word.</summary>
    public TimeSpan StoodStill { get; private set; }

    public TimeSpan NextDelay()
    {
        Delay = _failures > 0 ? AfterFailure : run.Profile.Polling.NextDelay(new PollingState(_polls, Delay, _previous, _current));
        return steering.LookWithin is { } within && within < Delay ? within : Delay;
    }

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
        var isCopying = info.Status == MigrationStatus.Active && (!source.Trail!.IsStopped || source.StaysPaused);
        Foresee(isCopying && !source.Trail!.IsStopped ? info.Ram : null, info);
        if (info.Ram is { } ram)
        {
            (_previous, _current) = (_current, ram);
            _movedAt = _previous?.Transferred == ram.Transferred ? _movedAt : run.Time.GetTimestamp();
            StoodStill = run.Time.GetElapsedTime(_movedAt);
            if (isCopying && await steering.SteerAsync(_previous, ram, cancellationToken).ConfigureAwait(false))
            {
                Foresee(ram, info);
            }
        }
    }

    private void Foresee(MigrationRamStats? ram, MigrationInfo info)
    {
        if (ram is not null)
        {
            steering.Foresee(ram);
        }

        run.Report(MigrationPlan.CopyRam, info);
    }
}
