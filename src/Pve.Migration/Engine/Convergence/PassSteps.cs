namespace Pve.Migration.Engine.Convergence;

/// <summary>Raises the downtime limit by a step once the passes have stalled (KubeVirt, enhancement 248).</summary>
internal sealed class PassSteps(TimeSpan most, int steps) : ConvergenceStrategy
{
    private readonly LimitSteps _limits = new(most, steps);

    public override ConvergenceDecision Decide(ConvergenceState state)
        => state.HasStalled() ? _limits.Raise(state.DowntimeLimit, state.DowntimeLimit + _limits.Step) : ConvergenceDecision.Nothing;
}
