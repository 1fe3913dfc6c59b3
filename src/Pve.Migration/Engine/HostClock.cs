namespace Pve.Migration.Engine;

/// <summary>
/// A host's wall clock against our own timestamps, as bounds that each message narrows. An event stamped T is heard after it happened,
/// so offset = host − ours is at least T − heard; where a command of ours caused it, it happened after we sent that, so the offset is
/// at most T − sent. No host's clock is compared with another's directly.
/// </summary>
internal sealed class HostClock(TimeProvider time)
{
    private TimeSpan? _least;
    private TimeSpan? _most;

    /// <summary>The offset that the quickest message gives.</summary>
    public TimeSpan Offset => _least ?? _most ?? TimeSpan.Zero;

    /// <summary>How far <see cref="Offset"/> may be off; unknown counts as nothing, since then nothing was measured by it.</summary>
    /// <remarks>Bounds that contradict each other tell how far the clock was set meanwhile.</remarks>
    public TimeSpan Error => (_most - _least ?? TimeSpan.Zero).Duration();

    /// <summary>Notes that an event stamped <paramref name="stamp"/> was read at <paramref name="heardAt"/>.</summary>
    public void HeardAt(DateTimeOffset stamp, long heardAt)
    {
        var bound = Sub(stamp, heardAt);
        _least = _least > bound ? _least : bound;
    }

    /// <summary>Notes that the event was caused by what we sent at <paramref name="sentAt"/>.</summary>
    public void CausedAt(DateTimeOffset stamp, long sentAt)
    {
        var bound = Sub(stamp, sentAt);
        _most = _most < bound ? _most : bound;
    }

    /// <summary>Whether both may be one clock: their bounds overlap.</summary>
    public bool MayEqual(HostClock other) => !(_least > other._most) && !(other._least > _most);

    /// <summary>The moment of <paramref name="stamp"/> in our time, as <see cref="TimeProvider.GetElapsedTime(long)"/> counts it from 0.</summary>
    public static TimeSpan ToOurs(DateTimeOffset stamp, TimeSpan offset) => stamp - DateTimeOffset.UnixEpoch - offset;

    private TimeSpan Sub(DateTimeOffset stamp, long ours) => stamp - DateTimeOffset.UnixEpoch - time.GetElapsedTime(0, ours);
}
