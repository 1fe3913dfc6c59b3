using Pve.Migration.Testing.Faults;

namespace Pve.Migration.Testing;

/// <summary>Something that goes wrong on a connection, once, at a place; it strikes when the first byte of that place comes.</summary>
/// <example><code>
/// // the peer resumes the guest, and its answer, the line after its greeting and its version, is lost with the connection
/// var fault = WireFault.Cut(WirePlace.Line(WireDirection.FromPeer, 2));
/// var transport = new FaultyTransport(new InProcessTransport(server), time, fault);
/// </code></example>
public sealed record WireFault
{
    private WireFault(WireFaultKind kind, WirePlace at, TimeSpan by = default) => (Kind, At, By) = (kind, at, by);

    /// <summary>Where it strikes.</summary>
    public WirePlace At { get; }

    internal WireFaultKind Kind { get; }

    internal TimeSpan By { get; }

    /// <summary>What is at the place never arrives; what follows does.</summary>
    public static WireFault Drop(WirePlace at) => new(WireFaultKind.Drop, at);

    /// <summary>What is at the place arrives twice.</summary>
    public static WireFault Duplicate(WirePlace at) => new(WireFaultKind.Duplicate, at);

    /// <summary>Half of what is at the place arrives, rounded down; there this way ends as if it was closed, while the other way goes on.</summary>
    public static WireFault Truncate(WirePlace at) => new(WireFaultKind.Truncate, at);

    /// <summary>What is at the place, and what follows, arrives later by <paramref name="by"/>, and in its order.</summary>
    public static WireFault Delay(WirePlace at, TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(by, TimeSpan.Zero);
        return new WireFault(WireFaultKind.Delay, at, by);
    }

    /// <summary>From the place on nothing arrives any more, and the connection stays open; who goes on writing waits once 64 KiB are under way.</summary>
    public static WireFault Freeze(WirePlace at) => new(WireFaultKind.Freeze, at);

    /// <summary>The connection breaks before what is at the place: both ways end, and a read here fails with an <see cref="IOException"/>.</summary>
    public static WireFault Cut(WirePlace at) => new(WireFaultKind.Cut, at);

    /// <summary>Such as <c>cut at line 2 from the peer</c>.</summary>
    public override string ToString() => $"{(Kind == WireFaultKind.Delay ? $"delay by {By}" : Kind.ToString().ToLowerInvariant())} at {At}";
}
