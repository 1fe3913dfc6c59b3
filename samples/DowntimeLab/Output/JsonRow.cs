using DowntimeLab.Method;

namespace DowntimeLab.Output;

/// <summary>One cell of the matrix, as <c>--json</c> writes it.</summary>
internal sealed record JsonRow(
    string Source, string Target, string Polling, int RamGiB, double PausedSampledSeconds, double PausedExactMs, double? ReportedByTheSeries)
{
    public static JsonRow Of(Measurement measurement) => new(
        measurement.Combination.SourceName,
        measurement.Combination.TargetName,
        measurement.Combination.Polling.Name,
        measurement.Combination.RamGiB,
        Math.Round(measurement.SampledSeconds, 3),
        Math.Round(measurement.ExactMs, 3),
        measurement.Reported);
}
