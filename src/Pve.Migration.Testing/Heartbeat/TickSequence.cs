namespace Pve.Migration.Testing.Heartbeat;

/// <summary>Puts the sources of one guest together, in the order they were added: lines cut by a migration, holes, overlaps.</summary>
/// <remarks>
/// Nothing is assumed about which thread read first: a source is counted for itself as it arrives, and only where two meet
/// is looked at here, with what is known of both by now.
/// </remarks>
internal sealed class TickSequence
{
    private readonly TimeProvider _time;
    private readonly List<HeartbeatHandover> _handovers = [];
    private readonly List<TickRing.Entry> _joined = [];
    private HeartbeatSource? _frontier;
    private byte[] _open = [];
    private uint _first;
    private uint _last;
    private uint _frontierLowest;
    private long _lastArrival;
    private long _seen;
    private long _lost;
    private long _repeated;
    private long _damaged;

    public TickSequence(TimeProvider time, IEnumerable<HeartbeatSource> sources)
    {
        _time = time;
        foreach (var source in sources)
        {
            Add(source);
        }
    }

    /// <summary>Ticks whose lines were cut in two.</summary>
    public IReadOnlyList<TickRing.Entry> Joined => _joined;

    public HeartbeatReport Report => new(_first, _last, _seen, _lost, _repeated, _damaged, _handovers);

    private void Add(HeartbeatSource source)
    {
        _seen += source.TicksSeen;
        _lost += source.Lost;
        _repeated += source.Repeated;
        _damaged += source.Damaged;
        if (source is { TicksSeen: 0, Head: null })
        {
            // it wrote nothing, or was left within the one line it began
            _open = [.. _open, .. source.Tail];
            return;
        }

        var cut = JoinLine(source);
        if (source.TicksSeen == 0 && cut is null)
        {
            return;
        }

        var first = cut ?? source.FirstTick;
        var lowest = Math.Min(first, source.LowestTick);
        var highest = Math.Max(first, source.HighestTick);
        if (cut is not null)
        {
            _seen++;
            _joined.Add(new(source, first, source.HeadArrival));
            CountStep(first, source.TicksSeen == 0 ? first + 1 : source.FirstTick);
        }

        if (_frontier is null)
        {
            _first = first;
        }
        else
        {
            HandOver(_frontier.Name, source.Name, (first, lowest, highest), cut is null ? source.FirstArrival : source.HeadArrival);
        }

        // a target that ran and was abandoned does not move the front back
        if (_frontier is null || highest >= _last)
        {
            _frontier = source;
            (_frontierLowest, _last) = (lowest, highest);
            _lastArrival = source.TicksSeen == 0 ? source.HeadArrival : source.LastArrival;
            _open = source.Tail.ToArray();
        }
    }

    // the end of what was left and the beginning of this one are one line
    private uint? JoinLine(HeartbeatSource source)
    {
        if (source.Head is null)
        {
            _damaged += _open.Length > 0 ? 1 : 0;
            return null;
        }

        if (TickLine.TryParse([.. _open, .. source.Head], out var tick))
        {
            return tick;
        }

        _damaged++;
        return null;
    }

    private void CountStep(uint before, uint after)
    {
        _lost += after > before ? after - before - 1 : 0;
        _repeated += after > before ? 0 : 1;
    }

    private void HandOver(string from, string to, (uint First, uint Lowest, uint Highest) ticks, long arrival)
    {
        var lost = ticks.First > _last ? (long)ticks.First - _last - 1 : 0;
        var onBoth = Math.Max(0, Math.Min(_last, ticks.Highest) - (long)Math.Max(_frontierLowest, ticks.Lowest) + 1);
        _lost += lost;
        _repeated += ticks.First > _last ? onBoth : Math.Max(1, onBoth);
        _handovers.Add(new(from, to, _last, ticks.First, _time.GetElapsedTime(_lastArrival, arrival), lost, onBoth));
    }
}
