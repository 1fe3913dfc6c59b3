namespace Pve.Migration.Engine.Convergence;

/// <summary>Raises the downtime limit with time, from a step's worth to the last (Nova, nova/virt/libvirt/migration.py, downtime_steps).</summary>
internal sealed class NovaSteps : ConvergenceStrategy
{
    private const double GiB = 1 << 30;
    private const double LeastGiB = 2;

    private readonly LimitSteps _limits;
    private readonly TimeSpan _most;
    private readonly TimeSpan _delay;

    public NovaSteps(TimeSpan most, int steps, TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(delay, TimeSpan.Zero);
        (_limits, _most, _delay) = (new LimitSteps(most, steps), most, delay);
    }

    public override ConvergenceDecision Decide(ConvergenceState state)
    {
        var delay = _delay * Math.Max(LeastGiB, state.Current.Total / GiB);
        var step = Math.Min(_limits.Count, Math.Floor(state.Elapsed / delay));
        return _limits.Raise(state.DowntimeLimit, _limits.Step + ((_most - _limits.Step) / _limits.Count * step));
    }
}
