namespace Pve.Migration.Testing;

/// <summary>Where on a connection a <see cref="WireFault"/> strikes: at bytes or at a line, counted from 0 each way for itself.</summary>
/// <remarks>Lines are what the steps of a tunnel and of a monitor are: each command, answer and event is one. A raw stream has bytes only.</remarks>
public readonly record struct WirePlace
{
    private WirePlace(WireDirection direction, bool isLine, long index, int count)
        => (Direction, IsLine, Index, Count) = (direction, isLine, index, count);

    /// <summary>The way it is on.</summary>
    public WireDirection Direction { get; }

    internal bool IsLine { get; }

    internal long Index { get; }

    internal int Count { get; }

    /// <summary><paramref name="count"/> bytes from the byte <paramref name="index"/> on.</summary>
    public static WirePlace Bytes(WireDirection direction, long index, int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new WirePlace(direction, isLine: false, index, count);
    }

    /// <summary>The line <paramref name="index"/>, its LF included.</summary>
    public static WirePlace Line(WireDirection direction, long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new WirePlace(direction, isLine: true, index, count: 1);
    }

    /// <summary>Such as <c>line 2 to the peer</c>.</summary>
    public override string ToString()
        => $"{(IsLine ? "line" : Count > 1 ? "bytes" : "byte")} {Index}{(Count > 1 ? $" to {Index + Count - 1}" : "")} {(Direction == WireDirection.ToPeer ? "to" : "from")} the peer";
}
