namespace Pve.Migration.Engine.Convergence;

/// <summary>Downtime limits that rise in equal steps to the last one.</summary>
internal readonly struct LimitSteps
{
    private readonly TimeSpan _most;

    /// <exception cref="ArgumentOutOfRangeException">QEMU takes no such limit, or there are no or too many steps.</exception>
    public LimitSteps(TimeSpan most, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, ConvergenceStrategy.MaxDowntimeLimit);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, 1000);
        (_most, Count) = (most, steps);
    }

    public int Count { get; }

    public TimeSpan Step => _most / Count;

    /// <summary>Raises to <paramref name="limit"/>, the last one at most; a limit is never lowered.</summary>
    public ConvergenceDecision Raise(TimeSpan from, TimeSpan limit)
    {
        var to = TimeSpan.FromMilliseconds(Math.Ceiling((limit < _most ? limit : _most).TotalMilliseconds));
        return to > from ? new ConvergenceDecision.LimitDowntime(to) : ConvergenceDecision.Nothing;
    }
}
