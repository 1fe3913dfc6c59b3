using Pve.Qmp;

namespace Pve.Migration.Tunnel;

// One connection to each VM's monitor, whoever needs it: QEMU serves one client a monitor, and a second connection of ours would wait behind
// the first. It is closed with its last user, unless it is kept for later.
internal sealed class SharedMonitors(Func<int, CancellationToken, Task<QmpClient>> connect, TimeProvider time) : IAsyncDisposable
{
    // others may want it
    private static readonly TimeSpan TouchPatience = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Place> _places = [];

    // The caller leaves it again. One that comes ahead has a new connection asked once, so that neither it nor the code is cold.
    public async Task<Place> EnterAsync(int vmid, bool isAhead, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (place, isNew, former) = Enter(vmid, isAhead);
            await EndAsync(former).ConfigureAwait(false);
            if (isNew)
            {
                _ = ConnectAsync(place, isAhead);
            }

            try
            {
                await place.Connected.WaitAsync(cancellationToken).ConfigureAwait(false);
                return place;
            }
            catch
            {
                await LeaveAsync(place, keep: false).ConfigureAwait(false);
                if (cancellationToken.IsCancellationRequested || (place.IsGivenUp ? isAhead : isNew))
                {
                    throw;
                }

                // somebody else's attempt failed, or one was given up for somebody else, which says little of the next
            }
        }
    }

    // The last one to keep it or not counts: what was connected ahead is of no use to anybody behind the resume.
    public Task LeaveAsync(Place place, bool keep)
    {
        lock (_gate)
        {
            place.Users--;
            place.IsKept &= keep;
            return EndAsync(TakeOutIfUnused(place));
        }
    }

    // Kept from here on, also while nobody uses it.
    public void Keep(Place place)
    {
        lock (_gate)
        {
            place.IsKept = !place.IsReleased;
        }
    }

    // One that is kept, and that nobody uses, is asked once more; where there is none, nothing is.
    public async Task TouchAsync(int vmid)
    {
        Place? place;
        lock (_gate)
        {
            if (!_places.TryGetValue(vmid, out place) || place is not { Users: 0, IsKept: true, IsOfUse: true })
            {
                return;
            }

            place.Users++;
        }

        try
        {
            using var enough = new CancellationTokenSource(TouchPatience, time);
            await place.Monitor.Client.TryExecuteAsync(QmpCommands.QueryStatus, cancellationToken: enough.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is QmpException or OperationCanceledException)
        {
            // the resume will meet it, and tell
        }
        finally
        {
            await LeaveAsync(place, keep: true).ConfigureAwait(false);
        }
    }

    // What is in use is closed with its last user. What is not connected yet is given up where it is only made ahead: two processes whose commands
    // wait for one monitor would take its queue from each other without end.
    public Task ReleaseAsync(int vmid) => ReleaseAsync(vmid, givesUp: false);

    private Task ReleaseAsync(int vmid, bool givesUp)
    {
        lock (_gate)
        {
            if (!_places.TryGetValue(vmid, out var place))
            {
                return Task.CompletedTask;
            }

            place.Release(givesUp);
            return EndAsync(TakeOutIfUnused(place));
        }
    }

    public async ValueTask DisposeAsync()
    {
        int[] vms;
        lock (_gate)
        {
            vms = [.. _places.Keys];
        }

        foreach (var vmid in vms)
        {
            await ReleaseAsync(vmid, givesUp: true).ConfigureAwait(false);
        }
    }

    private (Place Place, bool IsNew, Place? Former) Enter(int vmid, bool isAhead)
    {
        lock (_gate)
        {
            if (_places.TryGetValue(vmid, out var place) && place.IsOfUse)
            {
                place.Users++;
                place.IsNeeded |= !isAhead;
                return (place, false, null);
            }

            var former = place is { Users: 0 } ? place : null; // one in use ends with its users
            place = new Place(vmid) { Users = 1, IsNeeded = !isAhead };
            _places[vmid] = place;
            return (place, true, former);
        }
    }

    private Place? TakeOutIfUnused(Place place)
    {
        if (place.Users > 0 || (place.IsKept && place.IsOfUse))
        {
            return null;
        }

        if (_places.TryGetValue(place.Vmid, out var current) && current == place)
        {
            _places.Remove(place.Vmid);
        }

        return place;
    }

    private async Task ConnectAsync(Place place, bool isAhead)
    {
        IncomingMonitor? monitor = null;
        try
        {
            monitor = new IncomingMonitor(await connect(place.Vmid, place.Stop).ConfigureAwait(false), time);
            if (isAhead && !place.IsNeeded)
            {
                await monitor.Client.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: place.Stop).ConfigureAwait(false);
            }

            place.SetResult(monitor);
        }
        catch (Exception e)
        {
            if (monitor is not null)
            {
                await monitor.DisposeAsync().ConfigureAwait(false);
            }

            place.SetException(e);
        }
    }

    private static Task EndAsync(Place? place) => place?.EndAsync() ?? Task.CompletedTask;

    public sealed class Place(int vmid) : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource<IncomingMonitor> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task? _end;

        public int Vmid => vmid;

        public CancellationToken Stop => _stop.Token;

        public Task<IncomingMonitor> Connected => _connected.Task;

        public IncomingMonitor Monitor => _connected.Task.Result;

        public int Users { get; set; }

        public bool IsKept { get; set; }

        // Whether a command waits, or has waited, for it.
        public bool IsNeeded { get; set; }

        public bool IsReleased { get; private set; }

        public bool IsGivenUp { get; private set; }

        public bool IsOfUse => !_connected.Task.IsCompleted || (_connected.Task.IsCompletedSuccessfully && !Monitor.Client.Ended.IsCompleted);

        public void SetResult(IncomingMonitor monitor) => _connected.SetResult(monitor);

        public void SetException(Exception exception)
        {
            _connected.SetException(exception);
            _ = _connected.Task.Exception; // observed here: nobody need wait for it
        }

        public void Release(bool givesUp)
        {
            (IsKept, IsReleased) = (false, true);
            if (!_connected.Task.IsCompleted && (givesUp || !IsNeeded))
            {
                IsGivenUp = true;
                _ = _stop.CancelAsync(); // on another thread: what it calls must not be called under a lock
            }
        }

        public Task EndAsync() => _end ??= EndCoreAsync();

        public ValueTask DisposeAsync() => new(EndAsync());

        private async Task EndCoreAsync()
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // it is called under a lock
            await _stop.CancelAsync().ConfigureAwait(false);
            await ((Task)_connected.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_connected.Task.IsCompletedSuccessfully)
            {
                await Monitor.DisposeAsync().ConfigureAwait(false);
            }

            _stop.Dispose();
        }
    }
}
