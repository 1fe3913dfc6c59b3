namespace Pve.Migration.Testing.Simulation;

/// <summary>What one process has still to do. Everything runs under the world's lock; a frozen process does it when it thaws, a dead one never.</summary>
internal sealed class Agenda(SimulatedLink link)
{
    // Some clocks fire a timer without delay from within its creation; nothing here may run inside of something else.
    private static readonly TimeSpan Soonest = TimeSpan.FromMicroseconds(1);

    private readonly HashSet<Entry> _entries = [];
    private readonly Queue<Action> _late = new();
    private bool _dead;

    public bool IsFrozen { get; private set; }

    public Entry After(TimeSpan delay, Action action)
    {
        var entry = new Entry(this, action);
        if (!_dead)
        {
            _entries.Add(entry);
            entry.Timer = link.TimeProvider.CreateTimer(entry.Due, null, delay < Soonest ? Soonest : delay, Timeout.InfiniteTimeSpan);
        }

        return entry;
    }

    /// <summary>Now, or when the process thaws.</summary>
    public void Do(Action action)
    {
        if (IsFrozen)
        {
            _late.Enqueue(action);
        }
        else if (!_dead)
        {
            action();
        }
    }

    public void Freeze() => IsFrozen = true;

    public void Thaw()
    {
        IsFrozen = false;
        while (!IsFrozen && _late.TryDequeue(out var action))
        {
            Do(action);
        }
    }

    public void Die()
    {
        _dead = true;
        IsFrozen = false;
        _late.Clear();
        foreach (var entry in _entries.ToArray())
        {
            entry.Dispose();
        }
    }

    internal sealed class Entry(Agenda agenda, Action action) : IDisposable
    {
        private bool _off;

        public ITimer? Timer { get; set; }

        public void Due(object? state)
        {
            lock (agenda.Gate)
            {
                if (!_off)
                {
                    agenda._entries.Remove(this);
                    Timer?.Dispose();
                    agenda.Do(Run);
                }
            }
        }

        public void Dispose()
        {
            _off = true;
            agenda._entries.Remove(this);
            Timer?.Dispose();
        }

        private void Run()
        {
            if (!_off)
            {
                _off = true;
                action();
            }
        }
    }

    private Lock Gate => link.Gate;
}
