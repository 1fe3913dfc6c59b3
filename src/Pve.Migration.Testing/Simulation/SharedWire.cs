namespace Pve.Migration.Testing.Simulation;

/// <summary>A link's bandwidth, shared fairly: whoever wants less than an equal part gets what he wants, and the rest share what is left equally.</summary>
internal sealed class SharedWire(long bytesPerSecond)
{
    private readonly List<WireFlow> _flows = [];

    public long BytesPerSecond => bytesPerSecond;

    /// <summary>Opens a flow, which wants nothing at first.</summary>
    /// <param name="changed">Called when it flows faster or slower because of others.</param>
    public WireFlow Open(Action changed) => new(this, changed);

    /// <summary>Lets a flow carry up to so many bytes a second from now on; the others get more or less.</summary>
    public void Share(WireFlow flow, double wanted)
    {
        if (wanted == flow.Wanted)
        {
            return;
        }

        _ = flow.Wanted == 0 ? Add(flow) : wanted != 0 || _flows.Remove(flow);
        (flow.Wanted, flow.Rate) = (wanted, 0);
        var others = Divide();
        others.Remove(flow);
        others.ForEach(other => other.Changed());
    }

    private bool Add(WireFlow flow)
    {
        _flows.Add(flow);
        return true;
    }

    /// <summary>Those whose rate changed.</summary>
    private List<WireFlow> Divide()
    {
        var changed = new List<WireFlow>();
        var (left, sharers) = ((double)bytesPerSecond, _flows.Count);
        foreach (var flow in _flows.OrderBy(flow => flow.Wanted))
        {
            var rate = Math.Min(flow.Wanted, left / sharers--);
            left -= rate;
            if (rate != flow.Rate)
            {
                flow.Rate = rate;
                changed.Add(flow);
            }
        }

        return changed;
    }
}
