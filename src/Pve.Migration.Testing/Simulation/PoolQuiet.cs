namespace Pve.Migration.Testing.Simulation;

/// <summary>Tells whether the thread pool has come to rest; asked from a thread that is not one of the pool's.</summary>
/// <remarks>
/// Whatever an in-memory world still has to do is a work item: queued, or on a worker. There is no guess in it and no real time: a machine that
/// is busy with other things makes the answer late, never wrong.
/// </remarks>
internal static class PoolQuiet
{
    private static int _blocked;

    public static int BusyWorkers
    {
        get
        {
            ThreadPool.GetMaxThreads(out var all, out _);
            ThreadPool.GetAvailableThreads(out var free, out _);
            return all - free;
        }
    }

    // In this order: a worker that queues an item is busy until somebody else is.
    public static bool IsQuiet()
        => ThreadPool.PendingWorkItemCount == 0 && BusyWorkers == Volatile.Read(ref _blocked) && ThreadPool.PendingWorkItemCount == 0;

    /// <summary>Runs what blocks its worker; the worker counts as resting meanwhile.</summary>
    public static void Block(Action wait)
    {
        Interlocked.Increment(ref _blocked);
        try
        {
            wait();
        }
        finally
        {
            Interlocked.Decrement(ref _blocked);
        }
    }
}
