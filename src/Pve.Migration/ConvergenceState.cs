using Pve.Qmp.Commands;

namespace Pve.Migration;

/// <summary>What a <see cref="ConvergenceStrategy"/> decides by.</summary>
public sealed record ConvergenceState
{
    // What is less than that is noise of the sampling.
    private const double LeastGain = 0.05;

    /// <summary>Since the copy began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The downtime limit that QEMU has now.</summary>
    public required TimeSpan DowntimeLimit { get; init; }

    /// <summary>By how much QEMU may hold the guest's CPUs back now, in percent; 0 is not at all.</summary>
    public int ThrottlePercent { get; init; }

    /// <summary>Whether QEMU can hold the CPUs back.</summary>
    public bool CanThrottle { get; init; }

    /// <summary>Whether both sides can do post-copy, and were told to be ready for it.</summary>
    public bool CanStartPostCopy { get; init; }

    /// <summary>At how many polls since the last change bytes were sent and the rest had not shrunk, or was nothing.</summary>
    public int PollsWithoutProgress { get; init; }

    /// <summary>The latest passes over the RAM, oldest first, at most 32; quick ones may be left out.</summary>
    public IReadOnlyList<ConvergencePass> Passes { get; init; } = [];

    /// <summary>How many of <see cref="Passes"/> began after the last change.</summary>
    public int PassesSinceChange { get; init; }

    /// <summary>The RAM's progress at the latest poll.</summary>
    public required MigrationRamStats Current { get; init; }

    /// <summary>Whether none of the last <paramref name="passes"/> passes, all begun after the last change, left less than those before.</summary>
    /// <param name="passes">How many, at least 1; fewer decide sooner, and are more easily deceived by a guest whose load varies.</param>
    public bool HasStalled(int passes = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(passes, 1);
        return PassesSinceChange >= passes && Passes.Count > passes
            && Passes.TakeLast(passes).Min(pass => pass.RemainingBytes) > (1 - LeastGain) * Passes.SkipLast(passes).Min(pass => pass.RemainingBytes);
    }
}
