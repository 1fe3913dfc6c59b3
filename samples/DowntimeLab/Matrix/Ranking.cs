using DowntimeLab.Method;

namespace DowntimeLab.Matrix;

/// <summary>Whether what was measured stands in the order in which the series reports it.</summary>
internal static class Ranking
{
    /// <summary>Each two that stand the other way round here.</summary>
    public static IReadOnlyList<(Measurement ShouldBeLonger, Measurement ShouldBeShorter)> Reversed(IReadOnlyList<Measurement> measurements)
        => [.. from longer in measurements
               from shorter in measurements
               where longer.Reported > shorter.Reported && longer.SampledSeconds < shorter.SampledSeconds
               select (longer, shorter)];
}
