using System.Text.Json;
using Pve.Integration.Tests.Ssh;

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
        var result = await _sample.RunAsync(["simulate", "--json", file]);
        result.AssertSucceeded();
        Assert.Contains("a fresh ssh: 150 ms", result.Output, StringComparison.Ordinal);
        Assert.Contains("The order of what the series reports is the same here.", result.Output, StringComparison.Ordinal);
        Assert.Contains("120 migrations in ", result.Output, StringComparison.Ordinal);
        Assert.All(new[] { 2, 8 }, ram => Assert.Contains($"new → new events, {ram} GiB: 0 paused samples in 5 migrations: ok; ", result.Output, StringComparison.Ordinal));
        Assert.Equal(2, result.Output.Split("of old → old (limit 1/50): ok").Length - 1);
        Assert.Contains("1 sample in 5", result.Output, StringComparison.Ordinal);

        var rows = Read(file);
        Assert.Equal(24, rows.Count);
        Assert.All(Series, figure =>
        {
            var (sampled, _) = rows[(figure.Way, figure.RamGiB)];

            // new → old with 2 GiB lies exactly at 10 % in both pollings, and cannot be nearer in both (README)
            var most = figure is { Way: "new-old/before" or "new-old/reduced", RamGiB: 2 } ? 0.1 : 0.06;
            Assert.InRange(sampled, (figure.Seconds * (1 - most)) - 1e-9, (figure.Seconds * (1 + most)) + 1e-9);
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

    [Fact]
    public async Task A_real_run_measures_and_leaves_nothing_behind()
    {
        SshdFixture.Require();
        await RealQemu.RequireAsync();
        var (json, html) = (_sample.NewFile("run.json"), _sample.NewFile("run.html"));
        var result = await _sample.RunAsync(
            ["run", "--ram", "1", "--touched", "8", "--repetitions", "1", "--only", "new-new/events", "--command-cost", "10", "--json", json, "--html", html]);
        result.AssertSucceeded();
        Assert.Contains("10 ms as a stand-in for Perl's start", result.Output, StringComparison.Ordinal);
        var (sampled, exact) = Assert.Single(Read(json)).Value;
        Assert.InRange(sampled, 0, 10);
        Assert.InRange(exact, 0.001, 10_000);
        Assert.Contains("RAM, pass 1", await File.ReadAllTextAsync(html, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_real_run_that_is_told_to_end_leaves_nothing_behind()
    {
        SshdFixture.Require();
        await RealQemu.RequireAsync();
        var result = await _sample.RunAsync(["run", "--ram", "1", "--only", "old-old/before"], terminateAfterFirstLine: true);
        Assert.Equal(130, result.ExitCode);
        Assert.Contains("downtimelab: cancelled.", result.Error, StringComparison.Ordinal);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task What_a_real_run_lacks_is_named_in_one_line()
    {
        await RealQemu.RequireAsync();
        var kept = _sample.NewFile("kept.json");
        await File.WriteAllTextAsync(kept, "[1]", TestContext.Current.CancellationToken);
        var result = await _sample.RunAsync(["run", "--qemu", "/nonexistent", "--json", kept], searchPath: _sample.Empty);
        result.AssertRefused(2, "downtimelab", "run needs");
        Assert.Contains("qemu-system-x86", result.Error, StringComparison.Ordinal);
        Assert.Equal("[1]", await File.ReadAllTextAsync(kept, TestContext.Current.CancellationToken));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task An_sshd_that_does_not_start_ends_a_real_run()
    {
        SshdFixture.Require();
        await RealQemu.RequireAsync();
        Script("sshd", "echo 'no host key' >&2; exit 1");
        var result = await _sample.RunAsync(["run"], searchPath: $"{_sample.Empty}:{Environment.GetEnvironmentVariable("PATH")}");
        result.AssertRefused(2, "downtimelab", "sshd did not start at 10.199.17.1: no host key");
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_QEMU_that_does_not_start_ends_a_real_run()
    {
        SshdFixture.Require();
        await RealQemu.RequireAsync();
        var qemu = Script("qemu", "case \"$*\" in --version|'-machine help') exec qemu-system-x86_64 \"$@\";; esac; printf 'no memory\\nat all\\n' >&2; exit 3");
        var result = await _sample.RunAsync(["run", "--qemu", qemu]);
        result.AssertRefused(1, "downtimelab", "no memory at all");
        AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("'--frobnicate'", "simulate", "--frobnicate")]
    [InlineData("--repetitions takes 1 to", "simulate", "--repetitions", "0")]
    [InlineData("--ram takes 1 to 64, not 'many'", "simulate", "--ram", "many")]
    [InlineData("--only takes SOURCE-TARGET/POLLING", "simulate", "--only", "new-new/often")]
    [InlineData("--json /nonexistent/x.json", "simulate", "--json", "/nonexistent/x.json")]
    [InlineData("the guest can touch 2048", "run", "--ram", "64", "--touched", "64")]
    [InlineData("command")]
    public async Task A_bad_option_is_refused_in_one_line(string says, params string[] arguments)
    {
        var result = await _sample.RunAsync(arguments);
        result.AssertRefused(2, "downtimelab", says);
        _sample.AssertNothingIsLeft();
    }

    private string Script(string name, string body)
    {
        var path = Path.Combine(_sample.Empty, name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return path;
    }

    private void AssertNothingIsLeft()
    {
        _sample.AssertNothingIsLeft();
        Assert.DoesNotContain(
            Directory.Exists("/run/netns") ? Directory.EnumerateFileSystemEntries("/run/netns") : [],
            name => Path.GetFileName(name).StartsWith($"dlab{_sample.ProcessId}", StringComparison.Ordinal));
    }

    private static Dictionary<(string Way, int RamGiB), (double Sampled, double ExactMs)> Read(string file)
        => JsonElement.Parse(File.ReadAllText(file)).EnumerateArray().ToDictionary(
            row => ($"{row.GetProperty("source")}-{row.GetProperty("target")}/{row.GetProperty("polling")}", row.GetProperty("ramGiB").GetInt32()),
            row => (row.GetProperty("pausedSampledSeconds").GetDouble(), row.GetProperty("pausedExactMs").GetDouble()));
}
