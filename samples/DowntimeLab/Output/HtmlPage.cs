using DowntimeLab.Method;

namespace DowntimeLab.Output;

/// <summary>One page that needs nothing else.</summary>
internal static class HtmlPage
{
    public static string Build(string title, IReadOnlyList<(string Name, string Value)> constants, IReadOnlyList<Measurement> measurements)
        => title + constants.Count + measurements.Count;
}
