using System.Collections.Concurrent;

namespace Pve.Migration.Tunnel;

internal sealed class ProcessLeases : IMtunnelLeases
{
    private readonly ConcurrentDictionary<int, Seat> _seats = new();

    public async Task<Guid> TakeAsync(int vmid, CancellationToken cancellationToken = default)
    {
        var seat = _seats.GetOrAdd(vmid, static _ => new Seat());
        await seat.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return seat.Holder = Guid.NewGuid();
        }
        finally
        {
            seat.Turn.Release();
        }
    }

    public async Task<bool> EndAsync(int vmid, Guid lease, Func<Task>? act = null, CancellationToken cancellationToken = default)
    {
        if (!_seats.TryGetValue(vmid, out var seat))
        {
            return false;
        }

        await seat.Turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (seat.Holder != lease)
            {
                return false;
            }

            seat.Holder = Guid.Empty;
            await (act?.Invoke() ?? Task.CompletedTask).ConfigureAwait(false);
            return true;
        }
        finally
        {
            seat.Turn.Release();
        }
    }

    // One for each VM that was ever here; they are small, and taking one away could part two that wait for it.
    private sealed class Seat
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public Guid Holder { get; set; }
    }
}
