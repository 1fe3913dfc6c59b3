using Pve.Qmp.Commands;

namespace DowntimeLab.Method;

/// <summary>
/// The series' method: the target's status is asked every 0.1 s, and what lies between <c>inmigrate</c> and <c>running</c> is summed up.
/// A sample in <c>paused</c> stands for the time until the next one.
/// </summary>
internal sealed class PausedTally
{
    private TimeSpan? _pausedSince;
    private bool _wasIncoming;

    /// <summary>What the samples sum up to.</summary>
    public TimeSpan Paused { get; private set; }

    /// <summary>How many samples found the guest paused.</summary>
    public int PausedSamples { get; private set; }

    /// <summary>Whether a sample found the guest running; what comes after is not counted.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Takes one sample.</summary>
    /// <param name="at">When it was asked.</param>
    /// <param name="state">What the target said.</param>
    public void Add(TimeSpan at, RunState state)
    {
        if (IsOver)
        {
            return;
        }

        Paused += at - (_pausedSince ?? at);
        _wasIncoming |= state == RunState.InMigrate;
        IsOver = state == RunState.Running;
        _pausedSince = state == RunState.Paused && _wasIncoming ? at : null;
        PausedSamples += _pausedSince is null ? 0 : 1;
    }
}
