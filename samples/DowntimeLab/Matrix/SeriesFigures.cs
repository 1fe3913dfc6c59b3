using System.Globalization;

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

    /// <summary>As tables show it: of new → new with reduced polling the series has no mean, but "one paused sample seen in 5 migrations".</summary>
    public static string Text(Combination combination)
        => Of(combination) is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s")
            : combination is { Way: "new-new/reduced", RamGiB: 2 or 8 } ? "1 sample in 5"
            : "–";

    /// <summary>Null where it reports none.</summary>
    public static double? Of(Combination combination) => Reported.TryGetValue((combination.Way, combination.RamGiB), out var seconds) ? seconds : null;
}
