namespace Pve.Migration.Testing.Heartbeat;

/// <summary>The most recent ticks and when they arrived.</summary>
internal sealed class TickRing(int capacity)
{
    private readonly Entry[] _entries = new Entry[capacity];
    private long _count;

    public void Add(HeartbeatSource source, uint tick, long timestamp) =>
        _entries[_count++ % _entries.Length] = new Entry(source, tick, timestamp);

    /// <summary>What is still there, in no particular order.</summary>
    public Entry[] ToArray() => _entries.AsSpan(0, (int)Math.Min(_count, _entries.Length)).ToArray();

    public readonly record struct Entry(HeartbeatSource Source, uint Tick, long Timestamp);
}
