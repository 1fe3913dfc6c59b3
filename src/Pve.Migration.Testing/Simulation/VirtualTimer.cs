namespace Pve.Migration.Testing.Simulation;

/// <summary>A timer of a <see cref="VirtualTime"/>.</summary>
internal sealed class VirtualTimer : ITimer
{
    private readonly VirtualTimers _timers;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private volatile bool _disposed;

    public VirtualTimer(VirtualTimers timers, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        (_timers, _callback, _state) = (timers, callback, state);
        Change(dueTime, period);
    }

    /// <summary>A number that is true of the last setting alone; guarded by the timers' lock, as is <see cref="Period"/>.</summary>
    public long Setting { get; set; }

    public TimeSpan Period { get; private set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed)
        {
            return false;
        }

        Period = period;
        _timers.Set(this, dueTime);
        return true;
    }

    public void Fire()
    {
        if (!_disposed)
        {
            _callback(_state);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        _timers.Set(this, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
