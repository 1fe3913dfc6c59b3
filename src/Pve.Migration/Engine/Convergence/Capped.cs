namespace Pve.Migration.Engine.Convergence;

/// <summary>Lets a strategy raise the downtime limit only so far.</summary>
internal sealed class Capped(ConvergenceStrategy strategy, TimeSpan most) : ConvergenceStrategy
{
    public override bool MayThrottle => strategy.MayThrottle;

    public override bool MayStartPostCopy => strategy.MayStartPostCopy;

    public override ConvergenceDecision Decide(ConvergenceState state)
    {
        var decision = strategy.Decide(state);
        return decision is not ConvergenceDecision.LimitDowntime { Limit: var limit } || limit <= most ? decision
            : state.DowntimeLimit < most ? new ConvergenceDecision.LimitDowntime(most)
            : ConvergenceDecision.Nothing;
    }
}
