using System.Globalization;
using DowntimeLab.Method;

namespace DowntimeLab.Output;

/// <summary>The pause by combination: what was sampled, what the events say, and what the series reports.</summary>
internal static class PauseBars
{
    private const double Width = 960;
    private const double Left = 190;
    private const double Row = 34;
    private const double Top = 8;

    public static string Draw(IReadOnlyList<Measurement> measurements, double largestSeconds)
    {
        var bottom = Top + (measurements.Count * Row);
        var svg = new Svg(Width, bottom + 26);
        var axis = new Axis(largestSeconds, Left, Width - Left - 110);
        axis.Draw(svg, Top, bottom, "s");
        foreach (var (i, measurement) in measurements.Index())
        {
            DrawRow(svg, axis, measurement, Top + (i * Row));
        }

        return svg.ToString();
    }

    private static void DrawRow(Svg svg, Axis axis, Measurement measurement, double y)
    {
        var combination = measurement.Combination;
        var exact = measurement.ExactMs / 1000;
        svg.Text(Left - 10, y + 20, $"{combination.SourceName} → {combination.TargetName}, {combination.Polling.Name}", "", "end");
        svg.Box(axis.At(0), y + 5, axis.At(measurement.SampledSeconds) - axis.At(0), 13, $"sampled {combination.Polling.Name}", $"sampled: {Seconds(measurement.SampledSeconds)}");
        svg.Box(axis.At(0), y + 20, axis.At(exact) - axis.At(0), 6, "exact", $"STOP to RESUME: {Milliseconds(measurement.ExactMs)}");
        var end = Math.Max(measurement.SampledSeconds, exact);
        if (measurement.Reported is { } reported)
        {
            svg.Line(axis.At(reported), y + 2, axis.At(reported), y + 29, "series", $"the series: {reported.ToString("0.0", CultureInfo.InvariantCulture)} s");
            end = Math.Max(end, reported);
        }

        svg.Text(axis.At(end) + 8, y + 17, measurement.SampledSeconds > 0 ? Seconds(measurement.SampledSeconds) : "no sample", "value");
        svg.Text(axis.At(end) + 8, y + 29, Milliseconds(measurement.ExactMs), "faint small");
    }

    private static string Seconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} s");

    private static string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.0} ms");
}
