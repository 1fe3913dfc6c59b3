namespace Pve.Migration.Engine.Convergence;

/// <summary>Starts post-copy at a deadline.</summary>
internal sealed class PostCopyAfter(TimeSpan after) : ConvergenceStrategy
{
    private readonly CopyDeadline _deadline = new(after);

    public override bool MayStartPostCopy => true;

    public override ConvergenceDecision Decide(ConvergenceState state)
        => !_deadline.IsOver(state) ? ConvergenceDecision.Nothing
            : state.CanStartPostCopy ? new ConvergenceDecision.StartPostCopy(_deadline.Missed)
            : new ConvergenceDecision.GiveUp(_deadline.Missed + " Post-copy is not possible between these two.");
}
