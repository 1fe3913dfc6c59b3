namespace Pve.Migration;

/// <summary>What a <see cref="ConvergenceStrategy"/> decides.</summary>
public abstract record ConvergenceDecision
{
    private ConvergenceDecision()
    {
    }

    /// <summary>Everything stays as it is.</summary>
    public static ConvergenceDecision Nothing { get; } = new Stay();

    /// <summary>The decision in a few words.</summary>
    public sealed override string ToString() => this switch
    {
        LimitDowntime limit => $"downtime limit {limit.Limit.TotalMilliseconds:0} ms",
        Throttle throttle => $"throttle up to {throttle.Percent} %",
        StartPostCopy start => $"post-copy: {start.Reason}",
        GiveUp giveUp => $"give up: {giveUp.Reason}",
        _ => "nothing",
    };

    /// <summary>Everything stays as it is.</summary>
    public sealed record Stay : ConvergenceDecision;

    /// <summary>QEMU gets another downtime limit.</summary>
    /// <param name="Limit">Whole milliseconds, at most <see cref="ConvergenceStrategy.MaxDowntimeLimit"/>.</param>
    public sealed record LimitDowntime(TimeSpan Limit) : ConvergenceDecision;

    /// <summary>QEMU may hold the guest's CPUs back (auto-converge); only where <see cref="ConvergenceState.CanThrottle"/>.</summary>
    /// <param name="Percent">By how much at most: 1 to 99 percent.</param>
    public sealed record Throttle(int Percent) : ConvergenceDecision;

    /// <summary>The guest goes ahead of its RAM; only where <see cref="ConvergenceState.CanStartPostCopy"/>. From there it only goes forward.</summary>
    /// <param name="Reason">Why, for the report.</param>
    public sealed record StartPostCopy(string Reason) : ConvergenceDecision;

    /// <summary>The migration is undone.</summary>
    /// <param name="Reason">Why, for the outcome.</param>
    public sealed record GiveUp(string Reason) : ConvergenceDecision;
}
