using DowntimeLab.Matrix;

namespace DowntimeLab.Method;

/// <summary>One cell of the matrix, measured.</summary>
internal sealed record Measurement(Combination Combination, IReadOnlyList<Repetition> Repetitions)
{
    /// <summary>Seconds, the mean of the repetitions.</summary>
    public double SampledSeconds => Repetitions.Average(repetition => repetition.Sampled.TotalSeconds);

    public int PausedSamples => Repetitions.Sum(repetition => repetition.PausedSamples);

    public double ExactMs => Repetitions.Average(repetition => repetition.ExactMs);

    public double TargetPausedMs => Repetitions.Average(repetition => repetition.TargetPausedMs);

    public double? Reported => SeriesFigures.Of(Combination);

    /// <summary>How far the sampled figure is from the reported one, as a share of it; null where none is reported.</summary>
    public double? Deviation => Reported is { } reported ? (SampledSeconds / reported) - 1 : null;
}
