namespace DowntimeLab.Matrix;

/// <summary>What the series of 2017 reports: seconds in <c>paused</c> on the target, mean of five migrations, with one decimal.</summary>
internal static class SeriesFigures
{
    private static readonly Dictionary<(string Way, int RamGiB), double> Reported = new()
    {
        [("old-old/before", 2)] = 3.2,
        [("old-old/before", 8)] = 2.7,
        [("new-old/before", 2)] = 1.6,
        [("new-old/before", 8)] = 1.0,
        [("new-new/before", 2)] = 1.2,
        [("new-new/before", 8)] = 0.7,
        [("new-old/reduced", 2)] = 0.4,
        [("new-old/reduced", 8)] = 0.4,
        [("old-old/reduced", 8)] = 2.0,
    };

    /// <summary>Null where it reports none, as for new → new with reduced polling: "one paused sample seen in 5 migrations".</summary>
    public static double? Of(Combination combination) => Reported.TryGetValue((combination.Way, combination.RamGiB), out var seconds) ? seconds : null;
}
