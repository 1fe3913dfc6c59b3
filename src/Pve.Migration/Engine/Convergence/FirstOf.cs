namespace Pve.Migration.Engine.Convergence;

/// <summary>Asks several in their order.</summary>
internal sealed class FirstOf(ConvergenceStrategy[] strategies) : ConvergenceStrategy
{
    public override bool MayThrottle => strategies.Any(strategy => strategy.MayThrottle);

    public override bool MayStartPostCopy => strategies.Any(strategy => strategy.MayStartPostCopy);

    public override ConvergenceDecision Decide(ConvergenceState state)
        => strategies.Select(strategy => strategy.Decide(state)).FirstOrDefault(decision => decision is not ConvergenceDecision.Stay)
            ?? ConvergenceDecision.Nothing;
}
