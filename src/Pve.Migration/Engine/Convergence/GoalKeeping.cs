namespace Pve.Migration.Engine.Convergence;

/// <summary>Keeps a goal: raises the limit to what is needed once the passes have stalled, and no further than the goal has room for.</summary>
/// <param name="goal">The goal.</param>
/// <param name="most">The goal's pause less its fixed part.</param>
/// <param name="before">How long the migration took before the copy.</param>
internal sealed class GoalKeeping(MigrationGoal goal, TimeSpan most, TimeSpan before) : ConvergenceStrategy
{
    /// <summary>
    /// The limit to begin with. QEMU looks between two rounds of 50 to 100 ms whether the rest fits: with a large limit the pause would be anything
    /// up to it, with a small one the passes shrink as far as they can.
    /// </summary>
    public static readonly TimeSpan FirstLimit = TimeSpan.FromMilliseconds(2);

    // A little more than the passes left, or the next one could just miss it.
    private const double Margin = 1.25;
    private const int StalledPasses = 3;

    public override bool MayStartPostCopy => goal.Else == GoalFallback.PostCopy;

    /// <summary>What of the goal's pause is left for the RAM, in whole milliseconds; at least 1, whatever the fixed part is.</summary>
    public static TimeSpan RoomFor(MigrationGoal goal, TimeSpan fixedPart)
        => TimeSpan.FromMilliseconds(Math.Max(1, Math.Floor((goal.Pause - fixedPart).TotalMilliseconds)));

    public static string Missed(MigrationGoal goal) => $"The goal was not kept: {goal}.";

    public override ConvergenceDecision Decide(ConvergenceState state)
    {
        if (before + state.Elapsed >= goal.Time)
        {
            return AtTheDeadline(state);
        }

        if (state.DowntimeLimit >= most || !state.HasStalled(StalledPasses))
        {
            return ConvergenceDecision.Nothing;
        }

        var bytesPerSecond = state.Current.Mbps * 1_000_000 / 8;
        var rest = state.Passes.TakeLast(StalledPasses).Min(pass => pass.RemainingBytes);
        var needed = bytesPerSecond > 0 ? Math.Ceiling(1000 * Margin * rest / bytesPerSecond) : 0;
        var limit = Math.Max(needed, 2 * state.DowntimeLimit.TotalMilliseconds);
        return new ConvergenceDecision.LimitDowntime(TimeSpan.FromMilliseconds(Math.Min(limit, most.TotalMilliseconds)));
    }

    private ConvergenceDecision AtTheDeadline(ConvergenceState state)
    {
        var missed = Missed(goal);
        return goal.Else switch
        {
            GoalFallback.Pause => state.DowntimeLimit < MaxDowntimeLimit
                ? new ConvergenceDecision.LimitDowntime(MaxDowntimeLimit)
                : ConvergenceDecision.Nothing,
            GoalFallback.PostCopy when state.CanStartPostCopy => new ConvergenceDecision.StartPostCopy(missed),
            GoalFallback.PostCopy => new ConvergenceDecision.GiveUp(missed + " Post-copy is not possible between these two."),
            _ => new ConvergenceDecision.GiveUp(missed),
        };
    }
}
