namespace DowntimeLab.Method;

/// <summary>Where in the sampling interval each repetition begins to ask: spread evenly, with an offset that the seed decides.</summary>
internal static class Phases
{
    public static IEnumerable<TimeSpan> Of(int repetitions, int seed)
    {
#pragma warning disable CA5394 // no secret: the same seed gives the same figures
        var offset = new Random(seed).NextDouble();
#pragma warning restore CA5394
        return Enumerable.Range(0, repetitions).Select(i => StatusSampler.Interval * ((i + offset) / repetitions));
    }
}
