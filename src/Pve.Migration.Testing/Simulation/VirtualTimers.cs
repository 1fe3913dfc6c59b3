namespace Pve.Migration.Testing.Simulation;

/// <summary>The timers of a <see cref="VirtualTime"/> by due time; of two that are due at once the older one fires first.</summary>
internal sealed class VirtualTimers
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<(VirtualTimer Timer, long Order), (long Due, long Order)> _due = new();
    private long _now;
    private long _order;

    public long Now => Interlocked.Read(ref _now);

    /// <summary>Sets a timer; what it was set to before no longer fires. Infinite turns it off.</summary>
    public void Set(VirtualTimer timer, TimeSpan dueIn)
    {
        lock (_lock)
        {
            timer.Setting = ++_order;
            if (dueIn != Timeout.InfiniteTimeSpan)
            {
                _due.Enqueue((timer, _order), (_now + Math.Max(dueIn.Ticks, 0), _order));
            }
        }
    }

    /// <summary>Moves the clock to the next timer and fires it; false where there is none.</summary>
    public bool FireNext()
    {
        while (true)
        {
            (VirtualTimer Timer, long Order) next;
            lock (_lock)
            {
                if (!_due.TryDequeue(out next, out var at))
                {
                    return false;
                }

                if (next.Timer.Setting != next.Order)
                {
                    continue;
                }

                Interlocked.Exchange(ref _now, Math.Max(_now, at.Due));
                Set(next.Timer, next.Timer.Period > TimeSpan.Zero ? next.Timer.Period : Timeout.InfiniteTimeSpan);
            }

            next.Timer.Fire();
            return true;
        }
    }
}
