namespace Pve.Migration.Engine.Convergence;

/// <summary>A time that the copy may take.</summary>
internal readonly struct CopyDeadline
{
    private readonly TimeSpan _after;

    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public CopyDeadline(TimeSpan after)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(after, TimeSpan.Zero);
        _after = after;
    }

    public string Missed => $"The copy was not over after {_after.TotalSeconds:0.###} s.";

    public bool IsOver(ConvergenceState state) => state.Elapsed >= _after;
}
