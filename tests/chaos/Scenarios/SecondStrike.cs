using System.Globalization;

namespace Pve.Chaos.Scenarios;

/// <summary>When a recovery is killed.</summary>
/// <param name="Entry">After how many entries of its own in the journal; 0 for as soon as it has read that.</param>
/// <param name="Delay">How long after; null for at once, before another entry is made.</param>
internal sealed record SecondStrike(int Entry, TimeSpan? Delay)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"its recovery killed after {Moment.OfRecovery(Entry)}{(Delay is { } later ? $" and {later.TotalMilliseconds:0} ms" : "")}");
}
