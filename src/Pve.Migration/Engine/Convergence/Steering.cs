using Pve.Migration.Diagnostics;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Convergence;

/// <summary>Asks the strategy after each poll, and does what it decides.</summary>
internal sealed class Steering
{
    /// <summary>What QEMU may throttle by while nobody has decided to: the least that it takes.</summary>
    public const int IdleThrottle = 1;

    private const int PassesKept = 32;

    private readonly RunContext _run;
    private readonly SourceVm _source;
    private readonly List<ConvergencePass> _passes = [];
    private readonly List<ConvergenceChange> _changes = [];
    private int _passesSinceChange;
    private int _withoutProgress;
    private int _throttle;
    private ConvergenceStrategy _strategy;
    private long _begun;

    public Steering(RunContext run, SourceVm source)
    {
        (_run, _source) = (run, source);
        DowntimeLimit = run.Request.DowntimeLimit;
        _strategy = run.Profile.Convergence;
        if (run.Request.Goal is { } goal)
        {
            Aim(goal, TimeSpan.Zero);
        }
    }

    /// <summary>The downtime limit that QEMU has now.</summary>
    public TimeSpan DowntimeLimit { get; private set; }

    /// <summary>How long until the goal's time is over; null without a goal.</summary>
    public TimeSpan? TimeLeft => _run.Request.Goal is { } goal ? goal.Time - _run.Ledger.Elapsed : null;

    /// <summary>What the source has to be able to do besides.</summary>
    public IReadOnlyList<MigrationCapability> Capabilities => _strategy.MayThrottle ? [MigrationCapability.AutoConverge] : [];

    /// <summary>What the source's QEMU begins with.</summary>
    public MigrationParameters Parameters
    {
        get
        {
            var parameters = new MigrationParameters { MaxBandwidth = _run.Request.MaxBandwidth, DowntimeLimit = DowntimeLimit };
            return CanThrottle ? parameters with { CpuThrottleInitial = IdleThrottle, MaxCpuThrottle = IdleThrottle } : parameters;
        }
    }

    /// <summary>What was done so far.</summary>
    public IReadOnlyList<ConvergenceChange> Changes => _changes;

    private static bool CanStartPostCopy => false;

    private bool CanThrottle => _strategy.MayThrottle && _source.Capabilities.Knows(MigrationCapability.AutoConverge);

    /// <summary>Says that the copy begins.</summary>
    public void Begin()
    {
        _begun = _run.Time.GetTimestamp();
        if (_run.Request.Goal is { } goal)
        {
            Aim(goal, _run.Ledger.Elapsed);
        }
    }

    /// <param name="previous">The RAM's progress at the poll before; null where there was none.</param>
    /// <param name="current">The RAM's progress now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether anything was changed.</returns>
    /// <exception cref="MigrationFailedException">It was decided to give up.</exception>
    /// <exception cref="QmpException">The monitor is lost.</exception>
    public async Task<bool> SteerAsync(MigrationRamStats? previous, MigrationRamStats current, CancellationToken cancellationToken)
    {
        var elapsed = _run.Time.GetElapsedTime(_begun);
        Note(elapsed, previous, current);
        var decision = _strategy.Decide(new ConvergenceState
        {
            Elapsed = elapsed,
            DowntimeLimit = DowntimeLimit,
            ThrottlePercent = _throttle,
            CanThrottle = CanThrottle,
            CanStartPostCopy = CanStartPostCopy,
            PollsWithoutProgress = _withoutProgress,
            Passes = [.. _passes],
            PassesSinceChange = _passesSinceChange,
            Current = current,
        });
        switch (decision)
        {
            case ConvergenceDecision.LimitDowntime limit:
                return await TryApplyAsync(decision, new MigrationParameters { DowntimeLimit = limit.Limit }, cancellationToken).ConfigureAwait(false);
            case ConvergenceDecision.Throttle { Percent: var percent } when CanThrottle:
                var parameters = new MigrationParameters { MaxCpuThrottle = percent, CpuThrottleIncrement = percent };
                return await TryApplyAsync(decision, parameters, cancellationToken).ConfigureAwait(false);
            case ConvergenceDecision.StartPostCopy:
                throw new MigrationFailedException("It was decided to start post-copy, which is not possible here.");
            case ConvergenceDecision.GiveUp giveUp:
                Did(decision);
                throw new MigrationFailedException(giveUp.Reason, "Give it more time or bandwidth, a longer pause, or the guest less to do.");
            default:
                return false;
        }
    }

    private void Aim(MigrationGoal goal, TimeSpan before)
    {
        var room = GoalKeeping.RoomFor(goal, _run.Forecast.FixedPart);
        DowntimeLimit = room < GoalKeeping.FirstLimit ? room : GoalKeeping.FirstLimit;
        _strategy = ConvergenceStrategy.FirstOf(new GoalKeeping(goal, room, before), new Capped(_run.Profile.Convergence, room));
    }

    private void Note(TimeSpan elapsed, MigrationRamStats? previous, MigrationRamStats current)
    {
        if (current.Remaining == 0 || (current.Remaining >= previous?.Remaining && current.Transferred > previous.Transferred))
        {
            _withoutProgress++;
        }

        if (_passes is not [.., var latest] || current.DirtySyncCount > latest.Pass)
        {
            _passes.Add(new ConvergencePass(current.DirtySyncCount, elapsed, current.Remaining));
            _passes.RemoveRange(0, Math.Max(0, _passes.Count - PassesKept));
            _passesSinceChange = Math.Min(_passesSinceChange + 1, _passes.Count);
        }
    }

    // What QEMU refuses changes nothing: the copy goes on as it was, and the next poll tries again.
    private async Task<bool> TryApplyAsync(ConvergenceDecision decision, MigrationParameters parameters, CancellationToken cancellationToken)
    {
        try
        {
            await _source.Capabilities.ApplyAsync(parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpException e) when (e.ConnectionUsable)
        {
            Log.DecisionRefused(_run.Logger, _run.Request.VmId, decision.ToString(), e.Message);
            return false;
        }

        (DowntimeLimit, _throttle) = (parameters.DowntimeLimit ?? DowntimeLimit, parameters.MaxCpuThrottle ?? _throttle);
        Did(decision);
        return true;
    }

    private void Did(ConvergenceDecision decision)
    {
        (_withoutProgress, _passesSinceChange) = (0, 0);
        _changes.Add(new ConvergenceChange(_run.Ledger.Elapsed, decision));
        Log.Converging(_run.Logger, _run.Request.VmId, decision.ToString());
    }
}
