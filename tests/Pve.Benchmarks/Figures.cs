using System.Globalization;

namespace Pve.Benchmarks;

/// <summary>The spread of one measured figure.</summary>
internal sealed class Figures
{
    private readonly List<double> _values = [];

    public void Add(double value) => _values.Add(value);

    public void Add(TimeSpan value) => Add(value.TotalMilliseconds);

    public double Median => Quantile(0.5);

    public double Quantile(double q)
    {
        var sorted = _values.Order().ToList();
        return sorted.Count == 0 ? double.NaN : sorted[(int)Math.Round(q * (sorted.Count - 1), MidpointRounding.AwayFromZero)];
    }

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{Median,8:0.00} median {Quantile(0),8:0.00} min {Quantile(0.9),8:0.00} p90 {Quantile(1),8:0.00} max");
}
