using System.Globalization;
using System.Net;
using System.Text;

namespace DowntimeLab.Output;

/// <summary>Writes a picture; colours are classes, which the page's style fills in for light and dark.</summary>
internal sealed class Svg(double width, double height)
{
    private readonly StringBuilder _text = new();

    public void Box(double x, double y, double w, double h, string kind, string? tip = null)
        => _text.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.##}\" y=\"{y:0.##}\" width=\"{Math.Max(w, 0):0.##}\" height=\"{h:0.##}\" class=\"{kind}\">{Tip(tip)}</rect>\n");

    public void Line(double x1, double y1, double x2, double y2, string kind, string? tip = null)
        => _text.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.##}\" y1=\"{y1:0.##}\" x2=\"{x2:0.##}\" y2=\"{y2:0.##}\" class=\"{kind}\">{Tip(tip)}</line>\n");

    /// <param name="x">Where it is anchored.</param>
    /// <param name="y">Its base line.</param>
    /// <param name="words">What it says.</param>
    /// <param name="kind">Its class.</param>
    /// <param name="anchor"><c>start</c>, <c>middle</c> or <c>end</c>.</param>
    public void Text(double x, double y, string words, string kind = "", string anchor = "start")
        => _text.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.##}\" y=\"{y:0.##}\" class=\"{kind}\" text-anchor=\"{anchor}\">{Escape(words)}</text>\n");

    public static string Escape(string words) => WebUtility.HtmlEncode(words);

    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {width:0.##} {height:0.##}\" role=\"img\">\n{_text}</svg>\n");

    private static string Tip(string? tip) => tip is null ? "" : $"<title>{Escape(tip)}</title>";
}
