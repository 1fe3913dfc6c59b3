using System.Text.Json;
using DowntimeLab;
using DowntimeLab.Matrix;
using DowntimeLab.Method;
using DowntimeLab.Output;
using Pve.Migration;
using Pve.Qmp.Commands;

namespace Pve.Integration.Tests.Samples;

/// <summary>The lab's method and its outputs, without a lab.</summary>
public sealed class DowntimeLabTests : IDisposable
{
    private static readonly Measurement Measured = new(
        new Combination(Node.New, Node.Old, PollingStrategy.Pve2017, 2),
        [new Repetition(TimeSpan.FromSeconds(0.4), 4, 451.25, 440, []), new Repetition(TimeSpan.FromSeconds(0.5), 5, 453.25, 440, [])]);

    private readonly string _folder = Directory.CreateTempSubdirectory("pve-s-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

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
    public void What_the_series_says_without_a_figure_is_shown()
    {
        var combination = new Combination(Node.New, Node.New, PollingStrategy.Pve2017, 2);
        Assert.Equal("1 sample in 5", SeriesFigures.Text(combination));
        Assert.Equal("–", SeriesFigures.Text(combination with { RamGiB = 4 }));
        Assert.Equal("1.2 s", SeriesFigures.Text(combination with { Polling = PollingStrategy.Pve2017Before }));
    }

    [Fact]
    public void New_to_new_with_events_is_judged_by_what_was_measured_beside_it()
    {
        static Measurement Of(Node node, PollingStrategy polling, int ram, int samples, double exact)
            => new(new Combination(node, node, polling, ram), [new Repetition(TimeSpan.Zero, samples, exact, 0, [])]);

        Assert.Equal(
            ["new → new events, 2 GiB: 0 paused samples in 1 migrations: ok; 0.250 of reduced polling (limit 1/4): ok; 0.020 of old → old (limit 1/50): ok",
             "new → new events, 8 GiB: 1 paused samples in 1 migrations: MISSED; 0.500 of reduced polling (limit 1/4): MISSED"],
            Judgement.Of(
            [
                Of(Node.New, PollingStrategy.EventDriven, 2, 0, 40), Of(Node.New, PollingStrategy.Pve2017, 2, 1, 160), Of(Node.Old, PollingStrategy.Pve2017Before, 2, 20, 2000),
                Of(Node.New, PollingStrategy.EventDriven, 8, 1, 40), Of(Node.New, PollingStrategy.Pve2017, 8, 1, 80), Of(Node.Old, PollingStrategy.Pve2017, 8, 20, 2000),
            ]).Select(judgement => judgement.ToString()));
        Assert.Equal(
            "new → new events, 2 GiB: 0 paused samples in 1 migrations: ok; 0.021 of old → old (limit 1/50): MISSED",
            Assert.Single(Judgement.Of([Of(Node.Old, PollingStrategy.Pve2017Before, 2, 20, 1950), Of(Node.New, PollingStrategy.EventDriven, 2, 0, 40)])).ToString());
        Assert.Empty(Judgement.Of([Of(Node.New, PollingStrategy.Pve2017, 2, 1, 160)]));
    }

    [Theory]
    [InlineData(1, "cannot be measured", "cannot be taken down", "downtimelab: cannot be taken down\ndowntimelab: cannot be measured\n")]
    [InlineData(2, null, "cannot be\ntaken down", "downtimelab: cannot be taken down\n")]
    public async Task Whatever_goes_wrong_is_a_line_and_files_keep_what_they_held(int exitCode, string? measuring, string? end, string errors)
    {
        var file = Path.Combine(_folder, "kept.json");
        await File.WriteAllTextAsync(file, "[1]", TestContext.Current.CancellationToken);
        var lab = new BrokenLab(measuring, end);
        var options = new LabOptions { Json = file, RamGiB = measuring is null ? [] : [2] };
        Assert.Null(options.Problem());
        var said = new StringWriter { NewLine = "\n" };
        Assert.Equal(exitCode, await Session.RunAsync(lab, options, said, TestContext.Current.CancellationToken));
        Assert.Equal((errors, true), (said.ToString(), lab.IsEnded));
        Assert.Equal("[1]", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Each_of_several_ends_is_tried_and_the_first_failure_told()
    {
        var done = new List<int>();
        Func<Task> End(int number) => () =>
        {
            done.Add(number);
            return number == 1 ? Task.CompletedTask : Task.FromException(new LabException($"{number}"));
        };

        Assert.Equal("2", (await Assert.ThrowsAsync<LabException>(() => Ends.AllAsync([End(1), End(2), End(3), End(1)]))).Message);
        Assert.Equal([1, 2, 3, 1], done);
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

    private sealed class BrokenLab(string? measuring, string? end) : ILab
    {
        public bool IsEnded { get; private set; }

        public string Title => "broken";

        public IReadOnlyList<(string Name, string Value)> Constants => [];

        public Task<Repetition> MeasureAsync(Combination combination, TimeSpan phase, CancellationToken cancellationToken) => throw new LabException(measuring!);

        public ValueTask DisposeAsync()
        {
            IsEnded = true;
            throw new LabException(end!, exitCode: 2);
        }
    }

    private static readonly Mark[] Marks =
    [
        new("setup", 0), new("pass 1", 100), new("active", 101), new("pass 2", 850), new("stop", 899), new("device", 900), new("completed", 905),
        new("loaded", 910), new("resume", 1350),
    ];
}
