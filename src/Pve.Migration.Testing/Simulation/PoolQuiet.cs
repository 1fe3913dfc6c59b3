using System.Diagnostics;

namespace Pve.Migration.Testing.Simulation;

/// <summary>Tells whether the thread pool has come to rest; asked from a thread that is not one of the pool's.</summary>
/// <remarks>
/// Whatever an in-memory world still has to do is a work item: queued, or on a worker. A worker that somebody blocks never comes to rest: once
/// nothing at all has moved for <see cref="Patience"/>, as many as are busy then count as blocked. Patience outlasts what looks like standing
/// still and is not, such as a method's compilation on a busy machine.
/// </remarks>
internal sealed class PoolQuiet(VirtualTimers timers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // The pool is the process's, and so is what is known of it.
    private static int _blocked;

    private (long Done, long Changes, int Busy) _last;
    private long _lastMoved = Stopwatch.GetTimestamp();

    public bool IsQuiet()
    {
        // In this order: a worker that queues an item is busy until somebody else is.
        if (ThreadPool.PendingWorkItemCount > 0)
        {
            return false;
        }

        ThreadPool.GetMaxThreads(out var all, out _);
        ThreadPool.GetAvailableThreads(out var free, out _);
        var busy = all - free;
        if (ThreadPool.PendingWorkItemCount > 0)
        {
            return false;
        }

        if (busy <= _blocked)
        {
            _blocked = busy;
            return true;
        }

        var now = (ThreadPool.CompletedWorkItemCount, timers.Changes, busy);
        if (now != _last)
        {
            _last = now;
            _lastMoved = Stopwatch.GetTimestamp();
        }
        else if (Stopwatch.GetElapsedTime(_lastMoved) > Patience)
        {
            _blocked = busy;
            return true;
        }

        return false;
    }
}
