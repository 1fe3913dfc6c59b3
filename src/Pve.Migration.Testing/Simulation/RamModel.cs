namespace Pve.Migration.Testing.Simulation;

/// <summary>The guest's RAM under migration: what is sent, what is dirtied, what remains. Linear in between, so nothing has to tick.</summary>
/// <remarks>
/// While the guest runs it dirties at a constant rate, until the whole working set is dirty. What is dirtied counts as remaining from the next
/// synchronisation on, which begins the next pass; of RAM that was dirtied twice before it was sent, one copy remains.
/// </remarks>
/// <param name="total">The RAM in bytes.</param>
/// <param name="dirtyRate">Bytes a second that the guest dirties when nothing slows it down.</param>
/// <param name="workingSet">The bytes that it dirties.</param>
/// <param name="faultTime">What the first write to a page costs.</param>
/// <param name="now">When the migration began.</param>
internal sealed class RamModel(long total, long dirtyRate, long workingSet, TimeSpan faultTime, TimeSpan now)
{
    public const int PageSize = 4096;

    private readonly double _workingSet = Math.Min(workingSet, total);
    private double _sent;
    private double _remaining = total;
    private double _dirtied;
    private TimeSpan _at = now;
    private TimeSpan _lastSync = now;
    private double _paused;
    private double _speed = 1;

    // Each page takes the time to dirty it, and that of its fault, which a throttle does not make longer.
    private double DirtyRate => dirtyRate == 0 || faultTime == TimeSpan.Zero
        ? dirtyRate * _speed
        : PageSize / ((PageSize / (dirtyRate * _speed)) + faultTime.TotalSeconds);

    public long Total => total;

    public long Pass { get; private set; } = 1;

    public long DirtyPagesPerSecond { get; private set; }

    /// <summary>Bytes a second that leave now; 0 while the stream stands.</summary>
    public double Rate { get; private set; }

    public bool GuestRuns { get; private set; }

    public bool PausedByMigration { get; private set; }

    public long Sent => (long)_sent;

    public long Remaining => (long)Math.Ceiling(_remaining);

    /// <summary>Bytes that were sent while the guest was paused by the migration.</summary>
    public long SentPaused => (long)_paused;

    /// <param name="at">From when on.</param>
    /// <param name="rate">Bytes a second that leave.</param>
    /// <param name="guestRuns">Whether the guest's CPUs run.</param>
    /// <param name="pausedByMigration">Whether it is the migration that keeps them from it.</param>
    /// <param name="speed">How much of their time they run, from 0 to 1.</param>
    public void Run(TimeSpan at, double rate, bool guestRuns, bool pausedByMigration, double speed)
    {
        MoveTo(at);
        (Rate, GuestRuns, PausedByMigration, _speed) = (rate, guestRuns, pausedByMigration, speed);
    }

    /// <summary>Nothing leaves from now on.</summary>
    public void Stand(TimeSpan at)
    {
        MoveTo(at);
        Rate = 0;
    }

    public void MoveTo(TimeSpan at)
    {
        var seconds = (at - _at).TotalSeconds;
        _at = at;
        var sent = Math.Min(_remaining, Rate * seconds);
        _sent += sent;
        _remaining -= sent;
        _paused += PausedByMigration ? sent : 0;

        // a rest below a byte is rounding
        _remaining = _remaining < 1 ? 0 : _remaining;
        if (GuestRuns)
        {
            _dirtied = Math.Min(_workingSet, _dirtied + (DirtyRate * seconds));
        }
    }

    /// <summary>What was dirtied since the last time remains from now on; so many bytes.</summary>
    public double Synchronise(TimeSpan at)
    {
        MoveTo(at);
        var seconds = (at - _lastSync).TotalSeconds;
        if (seconds > 0)
        {
            DirtyPagesPerSecond = (long)(_dirtied / PageSize / seconds);
        }

        _remaining = Math.Min(_remaining + _dirtied, Math.Max(_remaining, _workingSet));
        var found = _dirtied;
        _dirtied = 0;
        _lastSync = at;
        Pass++;
        return found;
    }

    /// <summary>How long until no more than <paramref name="bytes"/> remain; infinite while the stream stands.</summary>
    public TimeSpan UntilRemaining(double bytes)
        => _remaining <= bytes ? TimeSpan.Zero
            : Rate > 0 ? TimeSpan.FromTicks((long)Math.Ceiling((_remaining - bytes) / Rate * TimeSpan.TicksPerSecond))
            : Timeout.InfiniteTimeSpan;
}
