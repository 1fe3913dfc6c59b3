namespace Pve.Qmp.Session;

/// <summary>The commands without a reply yet, by id. After the end it takes no more and fails all with the one reason.</summary>
internal sealed class PendingCalls
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, PendingCall> _calls = [];
    private QmpException? _end;

    /// <exception cref="QmpException">The session has ended; this is the reason.</exception>
    public void Add(long id, PendingCall call)
    {
        lock (_lock)
        {
            if (_end is not null)
            {
                throw _end;
            }

            _calls.Add(id, call);
        }
    }

    public PendingCall? Take(long id)
    {
        lock (_lock)
        {
            return _calls.Remove(id, out var call) ? call : null;
        }
    }

    /// <summary>The only command in flight, which then owns an error that names none.</summary>
    public PendingCall? TakeOnly()
    {
        lock (_lock)
        {
            return _calls.Count == 1 && _calls.Remove(_calls.Keys.First(), out var call) ? call : null;
        }
    }

    public void FailAll(QmpException reason)
    {
        PendingCall[] calls;
        lock (_lock)
        {
            _end ??= reason;
            calls = [.. _calls.Values];
            _calls.Clear();
        }

        foreach (var call in calls)
        {
            call.TryFail(reason);
        }
    }
}
