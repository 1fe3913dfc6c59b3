namespace Pve.Migration.Engine.Convergence;

/// <summary>Gives up at a deadline.</summary>
internal sealed class GiveUpAfter(TimeSpan after) : ConvergenceStrategy
{
    private readonly CopyDeadline _deadline = new(after);

    public override ConvergenceDecision Decide(ConvergenceState state)
        => _deadline.IsOver(state) ? new ConvergenceDecision.GiveUp(_deadline.Missed) : ConvergenceDecision.Nothing;
}
