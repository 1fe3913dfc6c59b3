namespace Pve.Migration.Testing.Simulation.Storage;

/// <summary>What a guest writes to a disk while it runs: from the beginning to the end, and again.</summary>
internal sealed class GuestWriter(long bytesPerSecond)
{
    private double _position;
    private TimeSpan? _since;

    /// <summary>How much it writes while it runs.</summary>
    public long BytesPerSecond => bytesPerSecond;

    public void Begin(TimeSpan now) => _since = now;

    /// <summary>Writes what it has written by now.</summary>
    /// <param name="node">The node that it writes to.</param>
    /// <param name="now">Now.</param>
    /// <param name="goesOn">Whether it writes on.</param>
    public void Settle(BlockNode node, TimeSpan now, bool goesOn)
    {
        if (_since is { } since && bytesPerSecond > 0)
        {
            var (size, written) = (node.Image.Bytes, (now - since).TotalSeconds * bytesPerSecond);
            var (from, to) = ((long)_position, (long)Math.Min(_position + written, size));
            node.Wrote(from, to);
            if (_position + written > size)
            {
                node.Wrote(0, (long)Math.Min(_position + written - size, size));
            }

            _position = (_position + written) % size;
        }

        _since = goesOn ? now : null;
    }
}
