namespace Pve.Migration;

/// <summary>
/// How the guest's neighbours are told where it is now, once it runs on the target: by frames that its network devices send, again and again at
/// growing intervals.
/// </summary>
public sealed record NetworkAnnounce
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan LongestStep = TimeSpan.FromSeconds(10);

    /// <summary>How many frames each device sends, 1 to 1,000; 5 unless set.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>How long from the first to the second, at most 100 s; 50 ms unless set.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>By how much the interval grows each time, at most 10 s; 100 ms unless set.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest interval, at most 100 s; 550 ms unless set.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromMilliseconds(550);

    /// <summary>The network devices that send, by their id; all of them unless set.</summary>
    public IReadOnlyList<string>? Interfaces { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Rounds, 1000);
        Check(Initial, LongestInterval, nameof(Initial));
        Check(Step, LongestStep, nameof(Step));
        Check(Max, LongestInterval, nameof(Max));
    }

    private static void Check(TimeSpan value, TimeSpan longest, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, longest, name);
    }
}
