namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>Stretches of bytes; those that meet are one.</summary>
internal sealed class Regions
{
    private readonly List<(long From, long To)> _all = []; // in their order, with room between them

    public long Bytes => _all.Sum(one => one.To - one.From);

    public IReadOnlyList<(long From, long To)> All => _all;

    public void Add(long from, long to)
    {
        if (from >= to)
        {
            return;
        }

        var first = _all.TakeWhile(one => one.To < from).Count();
        var meeting = _all.Skip(first).TakeWhile(one => one.From <= to).Count();
        if (meeting > 0)
        {
            (from, to) = (Math.Min(from, _all[first].From), Math.Max(to, _all[first + meeting - 1].To));
        }

        _all.RemoveRange(first, meeting);
        _all.Insert(first, (from, to));
    }

    public void Clear() => _all.Clear();
}
