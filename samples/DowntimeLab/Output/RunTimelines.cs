using System.Globalization;
using DowntimeLab.Method;

namespace DowntimeLab.Output;

/// <summary>What went on in each run of a combination: the whole on the left, the pause alone on the right.</summary>
internal static class RunTimelines
{
    private const double Width = 960;
    private const double Left = 26;
    private const double Whole = 520;
    private const double PauseLeft = 600;
    private const double Pause = 270;
    private const double Row = 20;
    private const double Top = 20;

    public static string Draw(Measurement measurement)
    {
        var runs = measurement.Repetitions.Where(repetition => repetition.Marks.Count > 0).ToList();
        if (runs.Count == 0)
        {
            return "";
        }

        var bottom = Top + (runs.Count * Row);
        var svg = new Svg(Width, bottom + 24);
        var whole = new Axis(runs.Max(run => run.Marks[^1].AtMs) / 1000, Left, Whole);
        var pause = new Axis(runs.Max(run => run.ExactMs), PauseLeft, Pause, steps: 3);
        svg.Text(Left, 12, "the run", "faint");
        svg.Text(PauseLeft, 12, "the pause, from STOP", "faint");
        whole.Draw(svg, Top, bottom, "s");
        pause.Draw(svg, Top, bottom, "ms");
        foreach (var (i, run) in runs.Index())
        {
            DrawRun(svg, whole, pause, run, i + 1, Top + (i * Row));
        }

        return svg.ToString();
    }

    private static void DrawRun(Svg svg, Axis whole, Axis pause, Repetition run, int number, double y)
    {
        svg.Text(Left - 8, y + 14, number.ToString(CultureInfo.InvariantCulture), "faint", "end");
        var stop = run.Marks.FirstOrDefault(mark => mark.Name == "stop")?.AtMs ?? 0;
        foreach (var stage in Stage.Of(run.Marks))
        {
            var tip = string.Create(CultureInfo.InvariantCulture, $"{stage.Name}: {stage.ToMs - stage.FromMs:0.0} ms, from {stage.FromMs:0.0} ms on");
            svg.Box(whole.At(stage.FromMs / 1000), y + 3, whole.At(stage.ToMs / 1000) - whole.At(stage.FromMs / 1000), Row - 6, stage.Kind, tip);
            if (stage.FromMs >= stop)
            {
                svg.Box(pause.At(stage.FromMs - stop), y + 3, pause.At(stage.ToMs - stop) - pause.At(stage.FromMs - stop), Row - 6, stage.Kind, tip);
            }
        }

        var resumed = run.Marks.LastOrDefault(mark => mark.Name == "resume")?.AtMs ?? 0;
        svg.Line(whole.At(resumed / 1000), y + 1, whole.At(resumed / 1000), y + Row - 1, "resume", "RESUME");
        svg.Line(pause.At(resumed - stop), y + 1, pause.At(resumed - stop), y + Row - 1, "resume", "RESUME");
        svg.Text(pause.At(resumed - stop) + 6, y + 14, string.Create(CultureInfo.InvariantCulture, $"{run.ExactMs:0.0} ms"), "small");
    }
}
