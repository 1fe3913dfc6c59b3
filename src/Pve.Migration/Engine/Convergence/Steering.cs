using Pve.Migration.Diagnostics;
using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Migration.Engine.Convergence;

/// <summary>After each poll, does what the caller has changed and what the strategy decides.</summary>
internal sealed class Steering
{
    // What QEMU may throttle by while nobody has decided to: the least that it takes.
    private const int IdleThrottle = 1;
    private const int PassesKept = 32;

    private readonly RunContext _run;
    private readonly SourceVm _source;
    private readonly MigrationControl? _control;
    private readonly List<ConvergencePass> _passes = [];
    private readonly List<ConvergenceChange> _changes = [];
    private ConvergenceStrategy _strategy;
    private int _passesSinceChange;
    private int _withoutProgress;
    private int _throttle;
    private long _bandwidth;
    private long _begun;
    private TimeSpan _before;

    public Steering(RunContext run, SourceVm source)
    {
        (_run, _source, _control) = (run, source, run.Request.Control);
        Goal = _control?.Goal ?? run.Request.Goal;
        _strategy = run.Profile.Convergence;
        IsHolding = _control?.IsHolding ?? false;
        Aim();
        _bandwidth = IsHolding ? HoldPace.For(1, 0, AllowedBandwidth) : AllowedBandwidth;
        DowntimeLimit = IsHolding ? HoldPace.DowntimeLimit : FirstLimit;
    }

    /// <summary>The goal that counts now.</summary>
    public MigrationGoal? Goal { get; private set; }

    /// <summary>Whether the copy waits for the caller's go.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>Whether it may be decided to start post-copy.</summary>
    public bool MayStartPostCopy => _strategy.MayStartPostCopy;

    /// <summary>Whether both sides are ready for it.</summary>
    public bool CanStartPostCopy { get; set; }

    /// <summary>Whether that was decided.</summary>
    public bool WantsPostCopy { get; private set; }

    /// <summary>Whether the caller still wants it to wait, though there is nothing left to copy; a go that no poll has seen ends the wait here.</summary>
    public bool IsHeld()
    {
        if (IsHolding && !_control!.IsHolding)
        {
            LetGo();
        }

        return IsHolding;
    }

    /// <summary>For how long it did.</summary>
    public TimeSpan HeldFor { get; private set; }

    /// <summary>The downtime limit that QEMU has now.</summary>
    public TimeSpan DowntimeLimit { get; private set; }

    /// <summary>When the next poll is due at the latest; null where that is all the same.</summary>
    public TimeSpan? LookWithin
        => IsHolding && _passes is not [.., { Pass: > 1 }] ? TimeSpan.FromMilliseconds(50)
            : !IsHolding && Goal is { } goal && goal.Time + HeldFor - _run.Ledger.Elapsed is var left && left > TimeSpan.Zero ? left
            : null;

    /// <summary>What was done so far.</summary>
    public IReadOnlyList<ConvergenceChange> Changes => _changes;

    /// <summary>What the source has to be able to do besides.</summary>
    public IReadOnlyList<MigrationCapability> Capabilities => _strategy.MayThrottle ? [MigrationCapability.AutoConverge] : [];

    /// <summary>What the source's QEMU begins with.</summary>
    public MigrationParameters Parameters
    {
        get
        {
            var parameters = new MigrationParameters { MaxBandwidth = _bandwidth, DowntimeLimit = DowntimeLimit };
            return CanThrottle ? parameters with { CpuThrottleInitial = IdleThrottle, MaxCpuThrottle = IdleThrottle } : parameters;
        }
    }

    private bool CanThrottle => _strategy.MayThrottle && _source.Capabilities.Knows(MigrationCapability.AutoConverge);

    private long AllowedBandwidth => _control?.MaxBandwidth ?? _run.Request.MaxBandwidth;

    private TimeSpan FirstLimit => Room is not { } room ? _run.Request.DowntimeLimit : room < GoalKeeping.FirstLimit ? room : GoalKeeping.FirstLimit;

    private TimeSpan? Room => Goal is { } goal ? GoalKeeping.RoomFor(goal, _run.Forecast.FixedPart) : null;

    /// <summary>Says that the copy begins.</summary>
    public void Begin()
    {
        (_begun, _before) = (_run.Time.GetTimestamp(), _run.Ledger.Elapsed);
        Aim();
    }

    /// <param name="previous">The RAM's progress at the poll before; null where there was none.</param>
    /// <param name="current">The RAM's progress now.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether anything was changed.</returns>
    /// <exception cref="MigrationFailedException">It was decided to give up.</exception>
    /// <exception cref="QmpException">The monitor is lost.</exception>
    public async Task<bool> SteerAsync(MigrationRamStats? previous, MigrationRamStats current, CancellationToken cancellationToken)
    {
        Note(previous, current);
        if (await HeedCallerAsync(current, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        if (IsHolding)
        {
            _run.Forecast.Hold(current, FirstLimit, AllowedBandwidth, Goal is { Else: not GoalFallback.Pause } goal ? goal.Pause : null);
            return false;
        }

        return await DecideAsync(current, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks, before the copy of the RAM has begun, whether the goal's time is over already.</summary>
    /// <exception cref="MigrationFailedException">It is, and the goal says to give up then.</exception>
    public void ThrowIfTooLate()
    {
        if ((_control?.Goal ?? Goal) is { Else: GoalFallback.Abort } goal && _run.Ledger.Elapsed >= goal.Time)
        {
            throw GivenUp(new ConvergenceDecision.GiveUp(GoalKeeping.Missed(goal)));
        }
    }

    /// <summary>Foresees the pause from what the latest poll told.</summary>
    public void Foresee(MigrationRamStats current)
    {
        if (!IsHolding)
        {
            _run.Forecast.Look(current, DowntimeLimit, _bandwidth, _run.Ledger.Elapsed);
        }
    }

    private TimeSpan Elapsed => _run.Time.GetElapsedTime(_begun);

    // What the caller has changed counts first, and a strategy sees the result at the next poll.
    private async Task<bool> HeedCallerAsync(MigrationRamStats current, CancellationToken cancellationToken)
    {
        if (_control?.Goal is { } goal && goal != Goal)
        {
            Goal = goal;
            Aim();
            if (!IsHolding && DowntimeLimit > Room)
            {
                await TryApplyAsync("lower the limit", new MigrationParameters { DowntimeLimit = Room }, cancellationToken).ConfigureAwait(false);
            }
        }

        if (IsHolding && !_control!.IsHolding)
        {
            return await GoAsync(cancellationToken).ConfigureAwait(false);
        }

        var bandwidth = IsHolding ? HoldPace.For(current.DirtySyncCount, current.Remaining, AllowedBandwidth) : AllowedBandwidth;
        return bandwidth != _bandwidth
            && await TryApplyAsync("change the bandwidth", new MigrationParameters { MaxBandwidth = bandwidth }, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> GoAsync(CancellationToken cancellationToken)
    {
        var parameters = new MigrationParameters { MaxBandwidth = AllowedBandwidth, DowntimeLimit = FirstLimit };
        if (!await TryApplyAsync("go", parameters, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        LetGo();
        return true;
    }

    private void LetGo()
    {
        if (!IsHolding)
        {
            return; // a poll and the end of the copy may both have seen it
        }

        (IsHolding, HeldFor, _begun) = (false, Elapsed, _run.Time.GetTimestamp());
        _passes.Clear();
        _run.Forecast.WaitsFor = null;
    }

    private async Task<bool> DecideAsync(MigrationRamStats current, CancellationToken cancellationToken)
    {
        var state = new ConvergenceState
        {
            Elapsed = Elapsed,
            DowntimeLimit = DowntimeLimit,
            ThrottlePercent = _throttle,
            CanThrottle = CanThrottle,
            CanStartPostCopy = CanStartPostCopy,
            PollsWithoutProgress = _withoutProgress,
            Passes = [.. _passes],
            PassesSinceChange = _passesSinceChange,
            Current = current,
        };
        _run.Forecast.WaitsFor = state.HasStalled() ? "the guest dirties its RAM as fast as it is copied" : null;
        var decision = _strategy.Decide(state);
        switch (decision)
        {
            case ConvergenceDecision.LimitDowntime limit:
                return await TryDoAsync(decision, new MigrationParameters { DowntimeLimit = limit.Limit }, cancellationToken).ConfigureAwait(false);
            case ConvergenceDecision.Throttle { Percent: var percent } when CanThrottle:
                var parameters = new MigrationParameters { MaxCpuThrottle = percent, CpuThrottleIncrement = percent };
                return await TryDoAsync(decision, parameters, cancellationToken).ConfigureAwait(false);
            case ConvergenceDecision.StartPostCopy when _source.StaysPaused:
                return false; // a guest that stands still dirties nothing: its copy ends by itself
            case ConvergenceDecision.StartPostCopy when CanStartPostCopy:
                WantsPostCopy = true;
                Did(decision);
                return true;
            case ConvergenceDecision.StartPostCopy:
                throw new MigrationFailedException("It was decided to start post-copy, which is not possible here.");
            case ConvergenceDecision.GiveUp giveUp:
                throw GivenUp(giveUp);
            default:
                return false;
        }
    }

    private void Aim() => _strategy = Goal is { } goal && Room is { } room
        ? ConvergenceStrategy.FirstOf(new GoalKeeping(goal, room, _before), new Capped(_run.Profile.Convergence, room))
        : _run.Profile.Convergence;

    private void Note(MigrationRamStats? previous, MigrationRamStats current)
    {
        if (current.Remaining == 0 || (current.Remaining >= previous?.Remaining && current.Transferred > previous.Transferred))
        {
            _withoutProgress++;
        }

        if (_passes is not [.., var latest] || current.DirtySyncCount > latest.Pass)
        {
            _passes.Add(new ConvergencePass(current.DirtySyncCount, Elapsed, current.Remaining));
            _passes.RemoveRange(0, Math.Max(0, _passes.Count - PassesKept));
            _passesSinceChange = Math.Min(_passesSinceChange + 1, _passes.Count);
        }
    }

    private async Task<bool> TryDoAsync(ConvergenceDecision decision, MigrationParameters parameters, CancellationToken cancellationToken)
    {
        if (!await TryApplyAsync(decision.ToString(), parameters, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        Did(decision);
        return true;
    }

    // What QEMU refuses changes nothing: the copy goes on as it was, and the next poll tries again.
    private async Task<bool> TryApplyAsync(string what, MigrationParameters parameters, CancellationToken cancellationToken)
    {
        try
        {
            await _source.Capabilities.ApplyAsync(parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (QmpException e) when (e.ConnectionUsable)
        {
            Log.DecisionRefused(_run.Logger, _run.Request.VmId, what, e.Message);
            return false;
        }

        DowntimeLimit = parameters.DowntimeLimit ?? DowntimeLimit;
        _throttle = parameters.MaxCpuThrottle ?? _throttle;
        _bandwidth = parameters.MaxBandwidth ?? _bandwidth;
        (_withoutProgress, _passesSinceChange) = (0, 0);
        return true;
    }

    private MigrationFailedException GivenUp(ConvergenceDecision.GiveUp decision)
    {
        Did(decision);
        return new MigrationFailedException(decision.Reason, "Give it more time or bandwidth, a longer pause, or the guest less to do.");
    }

    private void Did(ConvergenceDecision decision)
    {
        _changes.Add(new ConvergenceChange(_run.Ledger.Elapsed, decision));
        Log.Converging(_run.Logger, _run.Request.VmId, decision.ToString());
    }
}
