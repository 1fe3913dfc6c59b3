using System.Globalization;

namespace DowntimeLab.Output;

/// <summary>A scale from 0 to a little beyond its largest value, with round steps, about as many as told.</summary>
internal sealed class Axis
{
    private readonly double _left;
    private readonly double _width;
    private readonly double _end;
    private readonly double _step;

    public Axis(double largest, double left, double width, int steps = 6)
    {
        (_left, _width) = (left, width);
        var rough = Math.Max(largest, 1e-6) / steps;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        _step = new[] { 1, 2, 5, 10 }.First(factor => factor * power >= rough) * power;
        _end = Math.Ceiling(largest * 1.0001 / _step) * _step;
    }

    public double At(double value) => _left + (value / _end * _width);

    /// <summary>Draws its lines and what they stand for.</summary>
    public void Draw(Svg svg, double top, double bottom, string unit)
    {
        for (var i = 0; i * _step <= _end * 1.0001; i++)
        {
            var x = At(i * _step);
            svg.Line(x, top, x, bottom, "grid");
            svg.Text(x, bottom + 16, string.Create(CultureInfo.InvariantCulture, $"{i * _step:0.##} {unit}"), "faint", "middle");
        }
    }
}
