using System.Text;
using DowntimeLab.Method;

namespace DowntimeLab.Output;

/// <summary>One page that needs nothing else.</summary>
internal static class HtmlPage
{
    private const string Style =
        """
        :root { --ink: #1c2430; --faint: #667085; --paper: #fff; --line: #e3e7ee; --card: #f6f8fb;
          --before: #c2410c; --reduced: #b58900; --events: #15803d; --exact: #8792a5; --series: #1c2430;
          --setup: #c3cad6; --odd: #3b82c4; --even: #8fbde6; --pre: #a855c7; --last: #e0913a; --waits: #d33c3c; --resume: #15803d; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --faint: #95a0b3; --paper: #12161d; --line: #2a313d; --card: #1a202a;
          --before: #f0803f; --reduced: #d9b13b; --events: #4ade80; --exact: #6c778a; --series: #f3f5f9;
          --setup: #4a5466; --odd: #4f9be0; --even: #2d628f; --pre: #c084fc; --last: #f0a95a; --waits: #f06666; --resume: #4ade80; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1040px; padding: 28px 24px 60px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 6px; } h3 { font-size: 15px; margin: 18px 0 2px; }
        p { margin: 4px 0; color: var(--faint); } dl { display: flex; flex-wrap: wrap; gap: 4px 24px; margin: 14px 0; padding: 10px 14px; background: var(--card); border-radius: 8px; }
        dl div { display: flex; gap: 6px; } dt { color: var(--faint); } dd { margin: 0; font-weight: 600; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 6px 0; font-size: 13px; color: var(--faint); }
        .legend i { display: inline-block; width: 14px; height: 10px; margin-right: 6px; border-radius: 2px; } .legend i.mark { width: 3px; height: 14px; vertical-align: -2px; }
        svg { width: 100%; height: auto; display: block; } svg text { font: 13px system-ui, sans-serif; fill: var(--ink); }
        svg text.faint { fill: var(--faint); } svg text.small, svg text.faint { font-size: 11px; } svg text.value { font-weight: 600; }
        .grid { stroke: var(--line); } .sampled.before { fill: var(--before); } .sampled.reduced { fill: var(--reduced); } .sampled.events { fill: var(--events); }
        .exact { fill: var(--exact); } .series { stroke: var(--series); stroke-width: 3; } .resume { stroke: var(--resume); stroke-width: 3; }
        .setup { fill: var(--setup); } .odd { fill: var(--odd); } .even { fill: var(--even); } .pre { fill: var(--pre); } .last { fill: var(--last); } .waits { fill: var(--waits); }
        """;

    public static string Build(string title, IReadOnlyList<(string Name, string Value)> constants, IReadOnlyList<Measurement> measurements)
    {
        var page = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">");
        page.Append("<meta name=\"color-scheme\" content=\"light dark\"><title>Downtime lab</title>\n<style>\n").Append(Style).Append("\n</style></head><body>\n");
        page.Append("<h1>How long a live migration pauses its guest</h1>\n<p>").Append(Svg.Escape(title)).Append("</p>\n<dl>");
        foreach (var (name, value) in constants)
        {
            page.Append("<div><dt>").Append(Svg.Escape(name)).Append("</dt><dd>").Append(Svg.Escape(value)).Append("</dd></div>");
        }

        page.Append("</dl>\n");
        AppendBars(page, measurements);
        AppendRuns(page, measurements);
        return page.Append("</body></html>\n").ToString();
    }

    private static void AppendBars(StringBuilder page, IReadOnlyList<Measurement> measurements)
    {
        var largest = measurements.Select(one => Math.Max(Math.Max(one.SampledSeconds, one.ExactMs / 1000), one.Reported ?? 0)).DefaultIfEmpty().Max();
        foreach (var size in measurements.GroupBy(one => one.Combination.RamGiB))
        {
            page.Append("<h2>The pause, ").Append(size.Key).Append(" GiB of RAM</h2>\n<div class=\"legend\">");
            Legend(page, "before", "sampled, polling before");
            Legend(page, "reduced", "reduced");
            Legend(page, "events", "events");
            Legend(page, "exact", "STOP to RESUME, by the events");
            Legend(page, "series", "reported by the series of 2017", mark: true);
            page.Append("</div>\n").Append(PauseBars.Draw([.. size], largest));
        }
    }

    private static void AppendRuns(StringBuilder page, IReadOnlyList<Measurement> measurements)
    {
        page.Append("<h2>Each run</h2>\n<div class=\"legend\">");
        foreach (var (kind, words) in new[]
        {
            ("setup", "setup"), ("odd", "pass over the RAM"), ("even", "the next"), ("pre", "pre-switchover"), ("last", "last RAM and devices, guest stopped"),
            ("waits", "loaded on the target, not resumed"),
        })
        {
            Legend(page, kind, words);
        }

        Legend(page, "resume", "RESUME", mark: true);
        page.Append("</div>\n");
        foreach (var measurement in measurements)
        {
            page.Append("<h3>").Append(Svg.Escape(measurement.Combination.ToString())).Append("</h3>\n").Append(RunTimelines.Draw(measurement));
        }
    }

    private static void Legend(StringBuilder page, string colour, string words, bool mark = false)
        => page.Append("<span><i").Append(mark ? " class=\"mark\"" : "").Append(" style=\"background: var(--").Append(colour).Append(")\"></i>").Append(words).Append("</span>");
}
