using System.Text.Json;
using Pve.Integration.Tests.Ssh;

namespace Pve.Integration.Tests.Samples;

public sealed class LiveMigrationProgramTests(SshdFixture sshd) : IDisposable
{
    private static readonly string[] SmallGuest = ["--ram", "48", "--dirty", "4"];

    private readonly SampleProgram _sample = new("LiveMigration");

    public void Dispose() => _sample.Dispose();

    [Theory]
    [InlineData("'--frobnicate'", "--frobnicate")]
    [InlineData("at least --ram", "--ram", "16", "--dirty", "16")]
    [InlineData("--ssh HOST", "--target", "ssh-commands")]
    [InlineData("--tunnel takes v1, v0 or v2, not 'v7'", "--tunnel", "v7")]
    [InlineData("--polling takes events, before or reduced, not 'slow'", "--polling", "slow")]
    [InlineData("--target takes tunnel, ssh-commands or local, not 'disk'", "--target", "disk")]
    [InlineData("--runs takes 1", "--runs", "0")]
    [InlineData("--runs has no value before --ram", "--runs", "--ram", "48")]
    [InlineData("'--ram'", "--ram")]
    [InlineData("--dirty takes 0 to", "--dirty", "many")]
    [InlineData("--disk takes 1 to 1048576, not '0'", "--disk", "0")]
    [InlineData("--disk can be given 4 times, not 5", "--disk", "1", "--disk", "1", "--disk", "1", "--disk", "1", "--disk", "1")]
    [InlineData("--simulate has no disks", "--simulate", "--disk", "1")]
    [InlineData("--target local uses no ssh", "--target", "local", "--ssh", "target")]
    [InlineData("--goal-pause takes 1 to 2000000, not '0'", "--goal-pause", "0")]
    [InlineData("--goal-time and --else go with --goal-pause", "--goal-time", "5")]
    [InlineData("--goal-time and --else go with --goal-pause", "--else", "pause")]
    [InlineData("--else takes abort, pause or postcopy, not 'hope'", "--goal-pause", "5", "--else", "hope")]
    [InlineData("--goal-pause 1001 is longer", "--goal-pause", "1001", "--goal-time", "1")]
    [InlineData("--disk does not go with post-copy", "--disk", "1", "--postcopy")]
    [InlineData("--hold holds one migration", "--hold", "--runs", "2")]
    [InlineData("--simulate uses no QEMU", "--simulate", "--qemu", "qemu-system-x86_64")]
    [InlineData("--ssh a;b", "--ssh", "a;b")]
    [InlineData("--ssh-config /nonexistent", "--ssh", "target", "--ssh-config", "/nonexistent")]
    [InlineData("--json /nonexistent/runs.json", "--json", "/nonexistent/runs.json")]
    [InlineData("--json /", "--json", "/")]
    [InlineData("--dry-run looks once", "--dry-run", "--runs", "2")]
    [InlineData("--ssh -oProxyCommand=x", "--ssh", "-oProxyCommand=x")]
    [InlineData("/nonexistent", "--qemu", "/nonexistent")]
    [InlineData("/nonexistent", "--target-qemu", "/nonexistent")]
    public async Task A_bad_option_is_refused_in_one_line(string says, params string[] arguments)
    {
        await RealQemu.RequireAsync();
        var result = await _sample.RunAsync(arguments);
        result.AssertRefused(2, "livemigration", says);
        _sample.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_dry_run_says_what_it_found_and_migrates_nothing()
    {
        await RealQemu.RequireAsync();
        var file = _sample.NewFile("runs.json");
        var result = await _sample.RunAsync([.. SmallGuest, "--disk", "2", "--dry-run", "--json", file]);
        result.AssertSucceeded();
        Assert.Contains("Nothing stands in the way.", result.Output, StringComparison.Ordinal);
        var run = Assert.Single(Read(file));
        Assert.Equal("DryRun", run.GetProperty("outcome").GetString());
        Assert.All(run.GetProperty("findings").EnumerateArray(), finding => Assert.Equal("Information", finding.GetProperty("severity").GetString()));
        Assert.Empty(run.GetProperty("ledger").EnumerateArray());
        _sample.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Two_runs_say_where_the_time_went_and_leave_nothing_behind()
    {
        var qemu = await RealQemu.RequireAsync();
        var runs = await MigrateAsync("--runs", "2");
        Assert.Equal(2, runs.Count);
        Assert.All(runs, run =>
        {
            AssertMigrated(run, "qemu");
            Assert.Equal("v1", run.GetProperty("tunnelVersion").GetString());
            Assert.Equal(qemu.Version.ToString(), run.GetProperty("sourceQemu").GetString());
            Assert.Equal(qemu.Version.ToString(), run.GetProperty("targetQemu").GetString());
        });
    }

    [Theory]
    [InlineData("before", "v0", "--polling", "before", "--tunnel", "v0")]
    [InlineData("reduced", "v1", "--polling", "reduced")]
    [InlineData("events", "v2", "--tunnel", "v2")]
    [InlineData("events", null, "--target", "local")]
    public async Task Its_choices_show_in_the_result(string polling, string? tunnel, params string[] options)
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await MigrateAsync(options));
        AssertMigrated(run, "qemu");
        Assert.Equal(polling, run.GetProperty("polling").GetString());
        Assert.Equal(tunnel, run.GetProperty("tunnelVersion").GetString());
    }

    [Fact]
    public async Task Disks_go_along_over_ssh_too()
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await MigrateAsync("--disk", "8", "--disk", "2", "--ssh", SshdFixture.Host, "--ssh-config", sshd.ClientConfig));
        AssertMigrated(run, "qemu");
        var disks = run.GetProperty("disks").EnumerateArray().ToList();
        Assert.Equal(["disk0", "disk1"], disks.Select(disk => disk.GetProperty("node").GetString()));
        Assert.All(disks, disk => Assert.True(disk.GetProperty("identical").GetBoolean()));
        Assert.True(disks[0].GetProperty("mirroredBytes").GetInt64() >= 8 << 20);
        Assert.Equal(["node", "identical", "mirroredBytes"], Names(run.GetProperty("disks")[0]));
    }

    [Fact]
    public async Task A_result_has_every_member_that_scripts_rely_on()
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await MigrateAsync("--target", "local"));
        string[] members =
        [
            "mode", "outcome", "pausedMs", "predictedPauseMs", "handoverGapMs", "qemuDowntimeMs", "totalMs", "ramTransferredBytes", "tunnelVersion", "polling",
            "ledger", "guest", "disks", "convergence", "goalKept", "sourceQemu", "targetQemu", "failure", "warnings", "findings",
        ];
        Assert.Equal(members, Names(run));
        Assert.Equal(["name", "placement", "startMs", "durationMs"], Names(run.GetProperty("ledger")[0]));
        Assert.Equal(["heartbeatGapMs", "ticksLost", "ramIntact"], Names(run.GetProperty("guest")));
    }

    [Fact]
    public async Task A_goal_is_kept_and_the_pause_foretold()
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await MigrateAsync("--target", "local", "--goal-pause", "2000", "--goal-time", "120"));
        AssertMigrated(run, "qemu");
        Assert.True(run.GetProperty("goalKept").GetBoolean());
        Assert.InRange(run.GetProperty("predictedPauseMs").GetDouble(), 0.001, 2000);
    }

    [Fact]
    public async Task A_goal_that_is_not_kept_is_exceeded_only_where_that_was_asked_for()
    {
        await RealQemu.RequireAsync();
        string[] busy = ["--bandwidth", "2", "--target", "local", "--goal-pause", "100", "--goal-time", "6"];
        var file = _sample.NewFile("runs.json");
        Assert.Equal(1, (await _sample.RunAsync([.. SmallGuest, .. busy, "--json", file])).ExitCode);
        var refused = Assert.Single(Read(file));
        Assert.Equal("RolledBack", refused.GetProperty("outcome").GetString());
        Assert.Contains("The goal was not kept", refused.GetProperty("failure").GetString(), StringComparison.Ordinal);
        Assert.Equal(["atMs", "did"], Names(refused.GetProperty("convergence").EnumerateArray().Last()));

        var run = Assert.Single(await MigrateAsync([.. busy, "--else", "pause"]));
        AssertMigrated(run, "qemu");
        Assert.False(run.GetProperty("goalKept").GetBoolean());
        Assert.Contains("was not kept", run.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        _sample.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_guest_can_go_ahead_of_its_ram()
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await MigrateAsync("--target", "local", "--postcopy", "--bandwidth", "8"));
        AssertArrived(run);
        Assert.StartsWith("post-copy", run.GetProperty("convergence")[0].GetProperty("did").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_migration_goes_at_enter()
    {
        await RealQemu.RequireAsync();
        var result = await _sample.RunAsync([.. SmallGuest, "--target", "local", "--hold"], input: "\n");
        result.AssertSucceeded();
        Assert.Contains("press Enter", result.Output, StringComparison.Ordinal);
        _sample.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_held_migration_that_is_told_to_end_is_undone()
    {
        await RealQemu.RequireAsync();
        var result = await _sample.RunAsync([.. SmallGuest, "--target", "local", "--hold"], terminateAfterFirstLine: true);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cancelled.", result.Output + result.Error, StringComparison.Ordinal);
        _sample.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Its_progress_shows_where_no_bar_can_be_drawn()
    {
        await RealQemu.RequireAsync();
        var result = await _sample.RunAsync([.. SmallGuest, "--target", "local"]);
        result.AssertSucceeded();
        var lines = result.Output.Split('\n');
        Assert.Contains(lines, line => line.Contains("Copying: copy RAM", StringComparison.Ordinal));
        var last = Assert.Single(lines, line => line.Contains("Ended: Migrated", StringComparison.Ordinal));
        Assert.Matches("^  100 %  Ended: Migrated, pass [0-9]+, [0-9]+ MiB/s, 0 MiB left, [0-9]+ MiB/s dirtied *$", last);
    }

    [Fact]
    public async Task A_migration_that_did_not_end_as_asked_says_what_runs_where()
    {
        SshdFixture.Require();
        await RealQemu.RequireAsync();
        var file = _sample.NewFile("runs.json");
        var result = await _sample.RunAsync(
            [.. SmallGuest, "--json", file, "--ssh", SshdFixture.HostWithForeignKey, "--ssh-config", sshd.ClientConfig]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Rolled back: the guest runs on the source, the target is ended.", result.Output, StringComparison.Ordinal);
        Assert.Contains("Permission denied", result.Output, StringComparison.Ordinal);
        Assert.Equal("RolledBack", Assert.Single(Read(file)).GetProperty("outcome").GetString());
        _sample.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("--qemu")]
    [InlineData("--target-qemu")]
    public async Task A_qemu_that_does_not_start_leaves_nothing_behind(string option)
    {
        var qemu = await RealQemu.RequireAsync();
        var broken = _sample.NewFile("qemu.sh");
        await File.WriteAllTextAsync(
            broken, $"#!/bin/sh\ncase \"$*\" in --version|*help) exec {qemu.Path} \"$@\";; esac\necho no room >&2\nexit 7\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(broken, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var result = await _sample.RunAsync([.. SmallGuest, option, broken]);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("livemigration: QEMU ended with exit code 7 before it answered. It said: no room\n", result.Error);
        _sample.AssertNothingIsLeft();
    }

    [Fact]
    public async Task One_that_is_told_to_end_rolls_back_and_leaves_nothing_behind()
    {
        await RealQemu.RequireAsync();
        var result = await _sample.RunAsync([.. SmallGuest, "--polling", "before"], terminateAfterFirstLine: true);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cancelled.", result.Output + result.Error, StringComparison.Ordinal);
        _sample.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("v1", "--tunnel", "v1")]
    [InlineData("v2", "--tunnel", "v2")]
    [InlineData("v0", "--tunnel", "v0")]
    [InlineData("v0", "--tunnel", "v0", "--target", "ssh-commands")]
    [InlineData("v1", "--target", "ssh-commands")]
    public async Task It_migrates_over_ssh(string dialect, params string[] options)
    {
        SshdFixture.Require();
        await RealQemu.RequireAsync();
        var run = Assert.Single(await MigrateAsync(["--ssh", SshdFixture.Host, "--ssh-config", sshd.ClientConfig, .. options]));
        AssertMigrated(run, "qemu");
        Assert.Equal(dialect, run.GetProperty("tunnelVersion").GetString());
    }

    [Fact]
    public async Task Without_a_qemu_it_says_so_and_simulates()
    {
        var file = _sample.NewFile("runs.json");
        var result = await _sample.RunAsync([.. SmallGuest, "--json", file], searchPath: _sample.Empty);
        result.AssertSucceeded();
        var first = result.Output.Split('\n')[0];
        Assert.Contains("No QEMU is installed", first, StringComparison.Ordinal);
        Assert.Contains("qemu-system-x86", first, StringComparison.Ordinal);
        var run = Assert.Single(Read(file));
        Assert.Equal("simulated", run.GetProperty("mode").GetString());
        Assert.Equal("Migrated", run.GetProperty("outcome").GetString());
        AssertTimes(run);
        _sample.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Without_a_qemu_ssh_is_refused()
    {
        var result = await _sample.RunAsync(["--ssh", "target"], searchPath: _sample.Empty);
        result.AssertRefused(2, "livemigration", "qemu-system-x86");
    }

    [Fact]
    public async Task Without_a_qemu_one_for_the_target_alone_is_refused()
    {
        var qemu = await RealQemu.RequireAsync();
        var result = await _sample.RunAsync(["--target-qemu", qemu.Path], searchPath: _sample.Empty);
        result.AssertRefused(2, "livemigration", "--qemu PATH");
    }

    private async Task<List<JsonElement>> MigrateAsync(params string[] options)
    {
        var file = _sample.NewFile("runs.json");
        var result = await _sample.RunAsync([.. SmallGuest, "--json", file, .. options]);
        result.AssertSucceeded();
        _sample.AssertNothingIsLeft();
        return Read(file);
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);

    private static List<JsonElement> Read(string file)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    private static void AssertMigrated(JsonElement run, string mode)
    {
        Assert.Equal(mode, run.GetProperty("mode").GetString());
        Assert.Equal("Migrated", run.GetProperty("outcome").GetString());
        Assert.NotEmpty(run.GetProperty("polling").GetString()!);
        Assert.InRange(run.GetProperty("ramTransferredBytes").GetInt64(), 1, 1L << 30);
        Assert.InRange(run.GetProperty("qemuDowntimeMs").GetDouble(), 0, 60_000);
        AssertTimes(run);
        AssertArrived(run);
    }

    private static void AssertArrived(JsonElement run)
    {
        Assert.Equal("Migrated", run.GetProperty("outcome").GetString());
        var guest = run.GetProperty("guest");
        Assert.InRange(guest.GetProperty("heartbeatGapMs").GetDouble(), 0, 60_000);
        Assert.Equal(0, guest.GetProperty("ticksLost").GetInt64());
        Assert.True(guest.GetProperty("ramIntact").GetBoolean());
    }

    private static void AssertTimes(JsonElement run)
    {
        var paused = run.GetProperty("pausedMs").GetDouble();
        Assert.InRange(paused, 0.001, 60_000);
        Assert.InRange(run.GetProperty("handoverGapMs").GetDouble(), 0, paused);
        Assert.InRange(run.GetProperty("totalMs").GetDouble(), paused, 180_000);

        var ledger = run.GetProperty("ledger").EnumerateArray().ToList();
        Assert.NotEmpty(ledger);
        Assert.All(ledger, line =>
        {
            Assert.NotEmpty(line.GetProperty("name").GetString()!);
            Assert.Contains(line.GetProperty("placement").GetString(), new[] { "BeforePause", "InsidePause", "AfterResume" });
            Assert.InRange(line.GetProperty("startMs").GetDouble(), 0, run.GetProperty("totalMs").GetDouble() + 1);
            Assert.InRange(line.GetProperty("durationMs").GetDouble(), 0, run.GetProperty("totalMs").GetDouble() + 1);
        });
        var inside = ledger.Where(line => line.GetProperty("placement").GetString() == "InsidePause").Sum(line => line.GetProperty("durationMs").GetDouble());
        Assert.InRange(inside, paused - 1, paused + 1);
    }
}
