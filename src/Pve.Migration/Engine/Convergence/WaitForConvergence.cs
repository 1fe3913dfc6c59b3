namespace Pve.Migration.Engine.Convergence;

/// <summary>Leaves everything as it is.</summary>
internal sealed class WaitForConvergence : ConvergenceStrategy
{
    public override ConvergenceDecision Decide(ConvergenceState state) => ConvergenceDecision.Nothing;
}
