using System.Diagnostics;
using System.Text.Json;

namespace Pve.Integration.Tests.Samples;

public sealed class DowntimeLabProgramTests : IDisposable
{
    // The figures of the series (PVE.md 3): way, GiB, seconds.
    private static readonly (string Way, int RamGiB, double Seconds)[] Series =
    [
        ("old-old/before", 2, 3.2), ("old-old/before", 8, 2.7), ("new-old/before", 2, 1.6), ("new-old/before", 8, 1.0), ("new-new/before", 2, 1.2),
        ("new-new/before", 8, 0.7), ("new-old/reduced", 2, 0.4), ("new-old/reduced", 8, 0.4), ("old-old/reduced", 8, 2.0),
    ];

    private readonly SampleProgram _sample = new("downtimelab");

    public void Dispose() => _sample.Dispose();

    [Fact]
    public async Task The_simulated_matrix_gives_the_nine_figures_of_the_series()
    {
        var file = _sample.NewFile("matrix.json");
        var began = Stopwatch.GetTimestamp();
        var result = await _sample.RunAsync(["simulate", "--json", file]);
        result.AssertSucceeded();
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(60)); // 10 s are wanted, 2 s measured; the machine may be busy
        Assert.Contains("a fresh ssh: 150 ms", result.Output, StringComparison.Ordinal);

        var rows = Read(file);
        Assert.Equal(24, rows.Count);
        Assert.All(Series, figure =>
        {
            var (sampled, _) = rows[(figure.Way, figure.RamGiB)];

            // 10 % inclusive: the two figures of 2 GiB that differ by the polling alone lie exactly there (README)
            Assert.InRange(sampled, (figure.Seconds * 0.9) - 1e-9, (figure.Seconds * 1.1) + 1e-9);
        });
        Assert.All(new[] { 2, 8 }, ram =>
        {
            Assert.Equal(0, rows[("new-new/events", ram)].Sampled);
            Assert.InRange(rows[("new-new/events", ram)].ExactMs, 0, rows[("old-old/events", ram)].ExactMs / 50);
            Assert.InRange(rows[("new-new/events", ram)].ExactMs, 0, rows[("old-old/before", ram)].ExactMs / 50);
        });
        _sample.AssertNothingIsLeft();
    }

    [Fact]
    public async Task One_seed_gives_one_result()
    {
        var (one, other) = (_sample.NewFile("one.csv"), _sample.NewFile("other.csv"));
        (await _sample.RunAsync(["simulate", "--ram", "2", "--only", "new-new/reduced", "--only", "old-old/reduced", "--csv", one])).AssertSucceeded();
        (await _sample.RunAsync(["simulate", "--ram", "2", "--only", "new-new/reduced", "--only", "old-old/reduced", "--csv", other])).AssertSucceeded();
        var lines = await File.ReadAllLinesAsync(one, TestContext.Current.CancellationToken);
        Assert.Equal(3, lines.Length);
        Assert.Equal(lines, await File.ReadAllLinesAsync(other, TestContext.Current.CancellationToken));
    }

    private static Dictionary<(string Way, int RamGiB), (double Sampled, double ExactMs)> Read(string file)
        => JsonElement.Parse(File.ReadAllText(file)).EnumerateArray().ToDictionary(
            row => ($"{row.GetProperty("source")}-{row.GetProperty("target")}/{row.GetProperty("polling")}", row.GetProperty("ramGiB").GetInt32()),
            row => (row.GetProperty("pausedSampledSeconds").GetDouble(), row.GetProperty("pausedExactMs").GetDouble()));
}
