namespace Pve.Migration.Testing.Simulation;

/// <summary>The guest's RAM under migration: what is sent, what is dirtied, what remains. Linear in between, so nothing has to tick.</summary>
/// <remarks>
/// While the guest runs it dirties at a constant rate, until the whole working set is dirty. What is dirtied counts as remaining from the next
/// synchronisation on, which begins the next pass; of RAM that was dirtied twice before it was sent, one copy remains.
/// </remarks>
internal sealed class RamModel(long total, long dirtyRate, long workingSet, TimeSpan now)
{
    public const int PageSize = 4096;

    private readonly double _workingSet = Math.Min(workingSet, total);
    private double _sent;
    private double _remaining = total;
    private double _dirtied;
    private TimeSpan _at = now;
    private TimeSpan _lastSync = now;
    private double _paused;
    private double _guestSpeed = 1;

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

    public void Run(TimeSpan at, double rate, bool guestRuns, bool pausedByMigration = false)
    {
        MoveTo(at);
        (Rate, GuestRuns, PausedByMigration) = (rate, guestRuns, pausedByMigration);
    }

    /// <summary>From now on the guest's CPUs run only part of the time.</summary>
    public void Throttle(TimeSpan at, int percent)
    {
        MoveTo(at);
        _guestSpeed = (100 - percent) / 100.0;
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
            _dirtied = Math.Min(_workingSet, _dirtied + dirtyRate * _guestSpeed * seconds);
        }
    }

    /// <summary>What was dirtied since the last time remains from now on.</summary>
    /// <returns>How much that was.</returns>
    public long Synchronise(TimeSpan at)
    {
        MoveTo(at);
        var seconds = (at - _lastSync).TotalSeconds;
        if (seconds > 0)
        {
            DirtyPagesPerSecond = (long)(_dirtied / PageSize / seconds);
        }

        _remaining = Math.Min(_remaining + _dirtied, Math.Max(_remaining, _workingSet));
        var dirtied = (long)_dirtied;
        _dirtied = 0;
        _lastSync = at;
        Pass++;
        return dirtied;
    }

    /// <summary>How long until no more than <paramref name="bytes"/> remain; infinite while the stream stands.</summary>
    public TimeSpan UntilRemaining(double bytes)
        => _remaining <= bytes ? TimeSpan.Zero
            : Rate > 0 ? TimeSpan.FromTicks((long)Math.Ceiling((_remaining - bytes) / Rate * TimeSpan.TicksPerSecond))
            : Timeout.InfiniteTimeSpan;
}
