using System.Globalization;
using System.Text;
using System.Text.Json;
using DowntimeLab.Method;

namespace DowntimeLab.Output;

/// <summary>What is written where the options say so.</summary>
internal static class Files
{
    public static string Json(IReadOnlyList<Measurement> measurements)
        => JsonSerializer.Serialize([.. measurements.Select(JsonRow.Of)], LabJson.Default.ListJsonRow);

    public static string Csv(IReadOnlyList<Measurement> measurements)
    {
        var text = new StringBuilder("source,target,polling,ramGiB,pausedSampledSeconds,pausedExactMs,reportedByTheSeries\n");
        foreach (var row in measurements.Select(JsonRow.Of))
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{row.Source},{row.Target},{row.Polling},{row.RamGiB},{row.PausedSampledSeconds},{row.PausedExactMs},{row.ReportedByTheSeries}\n");
        }

        return text.ToString();
    }

    public static async Task WriteAsync(LabOptions options, ILab lab, IReadOnlyList<Measurement> measurements)
    {
        await WriteAsync(options.Csv, () => Csv(measurements));
        await WriteAsync(options.Json, () => Json(measurements));
        await WriteAsync(options.Html, () => HtmlPage.Build(lab.Title, lab.Constants, measurements));
    }

    private static Task WriteAsync(string? file, Func<string> text)
        => file is null ? Task.CompletedTask : File.WriteAllTextAsync(file, text(), CancellationToken.None);
}
