using System.Text.Json;
using DowntimeLab.Matrix;
using DowntimeLab.Method;
using DowntimeLab.Output;
using Pve.Migration;
using Pve.Qmp.Commands;

namespace Pve.Integration.Tests.Samples;

/// <summary>The lab's method and its outputs, without a lab.</summary>
public sealed class DowntimeLabTests
{
    private static readonly Measurement Measured = new(
        new Combination(Node.New, Node.Old, PollingStrategy.Pve2017, 2),
        [new Repetition(TimeSpan.FromSeconds(0.4), 4, 451.25, 440, []), new Repetition(TimeSpan.FromSeconds(0.5), 5, 453.25, 440, [])]);

    [Theory]
    [InlineData("inmigrate inmigrate paused paused paused running", 0.3, 3)]
    [InlineData("inmigrate inmigrate running", 0, 0)]
    [InlineData("inmigrate paused running paused paused", 0.1, 1)] // what comes after is another pause
    [InlineData("paused paused running", 0, 0)] // it never waited for a migration
    [InlineData("inmigrate paused inmigrate paused running", 0.2, 2)]
    [InlineData("inmigrate paused", 0, 1)] // of the last sample nobody knows how long it was true
    public void Samples_in_paused_stand_for_the_time_until_the_next(string states, double seconds, int samples)
    {
        var tally = new PausedTally();
        foreach (var (i, state) in states.Split(' ').Index())
        {
            tally.Add(TimeSpan.FromSeconds(i * 0.1), RunState.FromWire(state));
        }

        Assert.Equal((seconds, samples), (Math.Round(tally.Paused.TotalSeconds, 6), tally.PausedSamples));
    }

    [Fact]
    public void The_samples_of_the_repetitions_lie_evenly_in_the_interval_and_the_seed_says_where()
    {
        var phases = Phases.Of(5, 1).Select(phase => phase.TotalMilliseconds).ToList();
        Assert.All(phases.Zip(phases.Skip(1)), pair => Assert.Equal(20, pair.Second - pair.First, 0.01));
        Assert.InRange(phases[0], 0, 20);
        Assert.Equal(Phases.Of(5, 1), Phases.Of(5, 1));
        Assert.NotEqual(Phases.Of(5, 1), Phases.Of(5, 2));
    }

    [Fact]
    public void The_matrix_has_every_way_once_for_each_size()
    {
        var all = Combination.All([2, 8]);
        Assert.Equal((24, 24, 12), (all.Count, all.Distinct().Count(), all.Select(combination => combination.Way).Distinct().Count()));
        Assert.Equal(9, all.Count(combination => SeriesFigures.Of(combination) is not null));
    }

    [Fact]
    public void A_row_of_json_has_the_members_that_scripts_rely_on()
    {
        var row = Assert.Single(JsonElement.Parse(Files.Json([Measured])).EnumerateArray());
        Assert.Equal(
            ["source", "target", "polling", "ramGiB", "pausedSampledSeconds", "pausedExactMs", "reportedByTheSeries"],
            row.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("new", "old", "reduced", 0.45, 452.25), (
            row.GetProperty("source").GetString(), row.GetProperty("target").GetString(), row.GetProperty("polling").GetString(),
            row.GetProperty("pausedSampledSeconds").GetDouble(), row.GetProperty("pausedExactMs").GetDouble()));
    }

    [Fact]
    public void A_row_of_csv_is_the_same_in_one_line()
        => Assert.Equal(
            "source,target,polling,ramGiB,pausedSampledSeconds,pausedExactMs,reportedByTheSeries\nnew,old,reduced,2,0.45,452.25,0.4\n",
            Files.Csv([Measured]));

    [Fact]
    public void What_the_series_does_not_report_is_left_out()
    {
        var unreported = Measured with { Combination = Measured.Combination with { Polling = PollingStrategy.EventDriven } };
        Assert.Null(unreported.Deviation);
        Assert.EndsWith(",\n", Files.Csv([unreported]), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, JsonElement.Parse(Files.Json([unreported]))[0].GetProperty("reportedByTheSeries").ValueKind);
    }

    [Fact]
    public void What_stands_against_the_order_of_the_series_is_found()
    {
        var longer = Measured with { Combination = Measured.Combination with { Polling = PollingStrategy.Pve2017Before } };
        var shorter = Measured with { Repetitions = [Measured.Repetitions[1]] };
        Assert.Equal([(longer, shorter)], Ranking.Reversed([shorter, longer]));
        Assert.Empty(Ranking.Reversed([longer with { Repetitions = [Measured.Repetitions[1]] }, Measured]));
    }

    [Fact]
    public void The_page_needs_nothing_from_elsewhere()
    {
        var page = HtmlPage.Build("<lab> & more", [("rate", "1 < 2")], [Measured with { Repetitions = [Measured.Repetitions[0] with { Marks = Marks }] }]);
        Assert.DoesNotContain("http", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", page, StringComparison.Ordinal);
        Assert.Contains("&lt;lab&gt; &amp; more", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.Contains("the series: 0.4 s", page, StringComparison.Ordinal);
        Assert.Contains("loaded, not resumed: 440.0 ms, from 910.0 ms on", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_is_cut_into_its_stages()
        => Assert.Equal(
            [
                new Stage("setup", "setup", 0, 100), new Stage("RAM, pass 1", "odd", 100, 101), new Stage("RAM, pass 1", "odd", 101, 850),
                new Stage("RAM, pass 2", "even", 850, 899), new Stage("last RAM and devices", "last", 899, 900), new Stage("device", "last", 900, 905),
                new Stage("sent, target loads", "last", 905, 910), new Stage("loaded, not resumed", "waits", 910, 1350),
            ],
            Stage.Of(Marks));

    private static readonly Mark[] Marks =
    [
        new("setup", 0), new("pass 1", 100), new("active", 101), new("pass 2", 850), new("stop", 899), new("device", 900), new("completed", 905),
        new("loaded", 910), new("resume", 1350),
    ];
}
