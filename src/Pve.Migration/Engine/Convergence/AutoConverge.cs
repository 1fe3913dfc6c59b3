namespace Pve.Migration.Engine.Convergence;

/// <summary>Holds the guest's CPUs back further once the passes have stalled.</summary>
internal sealed class AutoConverge : ConvergenceStrategy
{
    private readonly int _initial;
    private readonly int _increment;
    private readonly int _most;

    public AutoConverge(int initial, int increment, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(initial, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(increment, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, initial);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, 99);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(increment, 99);
        (_initial, _increment, _most) = (initial, increment, most);
    }

    public override bool MayThrottle => true;

    public override ConvergenceDecision Decide(ConvergenceState state)
    {
        if (!state.CanThrottle || state.ThrottlePercent >= _most || !state.HasStalled())
        {
            return ConvergenceDecision.Nothing;
        }

        var percent = state.ThrottlePercent == 0 ? _initial : state.ThrottlePercent + _increment;
        return new ConvergenceDecision.Throttle(Math.Min(percent, _most));
    }
}
