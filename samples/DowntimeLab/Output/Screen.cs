using System.Globalization;
using DowntimeLab.Matrix;
using DowntimeLab.Method;
using Spectre.Console;

namespace DowntimeLab.Output;

/// <summary>What a person sees.</summary>
internal static class Screen
{
    /// <summary>Where nobody looks at a screen, a line stays one line, however long.</summary>
    public static void Open()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = 1000;
        }
    }

    public static void ShowStart(ILab lab, LabOptions options)
    {
        AnsiConsole.MarkupLineInterpolated($"[bold]{lab.Title}[/]");
        foreach (var (name, value) in lab.Constants)
        {
            AnsiConsole.MarkupLineInterpolated($"  {name}: [bold]{value}[/]");
        }

        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"The target's status is asked every {StatusSampler.Interval.TotalMilliseconds:0} ms; mean of {options.Repetitions}, seed {options.Seed}.");
    }

    public static void ShowMeasurement(Measurement measurement)
        => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture,
            $"{measurement.Combination}: {measurement.SampledSeconds:0.00} s sampled, {measurement.ExactMs:0.0} ms from STOP to RESUME");

    public static void ShowMatrix(IReadOnlyList<Measurement> measurements)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("source → target").AddColumn("polling");
        foreach (var column in new[] { "RAM", "paused samples", "sampled", "series", "off by", "STOP → RESUME", "target waits" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (var measurement in measurements)
        {
            var combination = measurement.Combination;
            table.AddRow(
                new Text($"{combination.SourceName} → {combination.TargetName}"),
                new Text(combination.Polling.Name),
                Cell($"{combination.RamGiB} GiB"),
                Cell($"{measurement.PausedSamples}"),
                new Markup(string.Create(CultureInfo.InvariantCulture, $"[bold]{measurement.SampledSeconds:0.00} s[/]")),
                new Text(SeriesFigures.Text(combination)),
                Cell($"{measurement.Deviation:+0.0 %;-0.0 %;0.0 %}"),
                Cell($"{measurement.ExactMs:0.0} ms"),
                Cell($"{measurement.TargetPausedMs:0.0} ms"));
        }

        AnsiConsole.Write(table);
        ShowRanking(measurements);
        foreach (var judgement in Judgement.Of(measurements))
        {
            AnsiConsole.WriteLine(judgement.ToString());
        }
    }

    public static void ShowTime(int migrations, TimeSpan took)
        => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"{migrations} migrations in {took.TotalSeconds:0.0} s.");

    private static void ShowRanking(IReadOnlyList<Measurement> measurements)
    {
        if (measurements.Count(measurement => measurement.Reported is not null) < 2)
        {
            return;
        }

        var reversed = Ranking.Reversed(measurements);
        if (reversed.Count == 0)
        {
            AnsiConsole.WriteLine("The order of what the series reports is the same here.");
        }

        foreach (var (longer, shorter) in reversed)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]Against the series' order:[/] {longer.Combination} is shorter here than {shorter.Combination}.");
        }
    }

    private static Text Cell(FormattableString text) => new(text.ToString(CultureInfo.InvariantCulture));
}
