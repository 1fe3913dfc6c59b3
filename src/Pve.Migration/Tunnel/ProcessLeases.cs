using System.Collections.Concurrent;

namespace Pve.Migration.Tunnel;

internal sealed class ProcessLeases : IMtunnelLeases
{
    private readonly ConcurrentDictionary<int, Seat> _seats = new();

    public async Task<IMtunnelLease> JoinAsync(int vmid, CancellationToken cancellationToken = default)
    {
        var seat = _seats.GetOrAdd(vmid, static _ => new Seat());
        await seat.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        seat.Tunnels++;
        seat.Come.TrySetResult();
        seat.Turn.Release();
        return new Lease(seat);
    }

    // One for each VM that was ever here; they are small, and taking one away could part two that wait for it.
    private sealed class Seat
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public int Tunnels { get; set; }

        // of the lease that runs
        public TaskCompletionSource Come { get; set; } = new();
    }

    private sealed class Lease(Seat seat) : IMtunnelLease
    {
        private int _hasLeft;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _hasLeft, 1) == 0)
            {
                await seat.Turn.WaitAsync().ConfigureAwait(false);
                seat.Tunnels--;
                seat.Turn.Release();
            }
        }

        public async Task<bool> EndAsync(TimeSpan after, Func<Task> act, TimeProvider time, CancellationToken cancellationToken = default)
        {
            if (await LeaveAsync().ConfigureAwait(false) is not { } come)
            {
                return false;
            }

            try
            {
                await come.WaitAsync(after, time, cancellationToken).ConfigureAwait(false);
                return false;
            }
            catch (TimeoutException)
            {
                // nobody came
            }

            await seat.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (come.IsCompleted)
                {
                    return false;
                }

                await act().ConfigureAwait(false);
                return true;
            }
            finally
            {
                seat.Turn.Release();
            }
        }

        // Whatever the caller's token says: who does not leave would be there for ever. Null where it is not the last one.
        private async Task<Task?> LeaveAsync()
        {
            if (Interlocked.Exchange(ref _hasLeft, 1) != 0)
            {
                return null;
            }

            await seat.Turn.WaitAsync().ConfigureAwait(false);
            try
            {
                if (--seat.Tunnels > 0)
                {
                    return null;
                }

                seat.Come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return seat.Come.Task;
            }
            finally
            {
                seat.Turn.Release();
            }
        }
    }
}
