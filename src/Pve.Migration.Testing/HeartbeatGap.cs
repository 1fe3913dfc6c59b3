namespace Pve.Migration.Testing;

/// <summary>The time between two ticks that arrived one after the other.</summary>
/// <param name="Length">The time between them.</param>
/// <param name="Before">The tick before the gap.</param>
/// <param name="After">The tick after it.</param>
/// <param name="From">The name of the source that brought the tick before.</param>
/// <param name="To">The name of the source that brought the tick after.</param>
public sealed record HeartbeatGap(TimeSpan Length, uint Before, uint After, string From, string To);
