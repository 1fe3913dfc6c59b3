using System.Text.Json;
using static Pve.Integration.Tests.Samples.LiveMigrationProgram;

namespace Pve.Integration.Tests.Samples;

/// <summary>Migrations of a guest between two QEMUs of this machine.</summary>
public sealed class LiveMigrationProgramTests : IDisposable
{
    private readonly LiveMigrationProgram _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public async Task A_dry_run_looks_at_what_was_asked_for_and_migrates_nothing()
    {
        await RealQemu.RequireAsync();
        var file = _sample.Program.NewFile("runs.json");
        var result = await _sample.Program.RunAsync([.. SmallGuest, "--disk", "2", "--replicated", "--goal-pause", "500", "--dry-run", "--json", file]);
        result.AssertSucceeded();
        Assert.Contains("Nothing stands in the way.", result.Output, StringComparison.Ordinal);
        var run = Assert.Single(Read(file));
        Assert.Equal("DryRun", run.GetProperty("outcome").GetString());
        Assert.All(run.GetProperty("findings").EnumerateArray(), finding => Assert.Equal("Information", finding.GetProperty("severity").GetString()));
        Assert.Empty(run.GetProperty("ledger").EnumerateArray());
        _sample.Program.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Two_runs_say_where_the_time_went_and_leave_nothing_behind()
    {
        var qemu = await RealQemu.RequireAsync();
        var runs = await _sample.MigrateAsync("--runs", "2");
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
    public async Task Its_choices_show_in_the_result(string polling, string tunnel, params string[] options)
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await _sample.MigrateAsync(options));
        AssertMigrated(run, "qemu");
        Assert.Equal(polling, run.GetProperty("polling").GetString());
        Assert.Equal(tunnel, run.GetProperty("tunnelVersion").GetString());
    }

    [Fact]
    public async Task A_held_migration_goes_at_enter()
    {
        await RealQemu.RequireAsync();
        var result = await _sample.Program.RunAsync([.. SmallGuest, "--target", "local", "--hold"], input: "\n");
        result.AssertSucceeded();
        Assert.Contains("press Enter", result.Output, StringComparison.Ordinal);
        _sample.Program.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_replicated_disk_goes_along_encrypted_and_ram_over_several_connections_there_and_back()
    {
        await RealQemu.RequireAsync();
        var runs = await _sample.MigrateAsync("--runs", "2", "--disk", "8", "--replicated", "--tls", "--multifd", "2");
        Assert.Equal(2, runs.Count);
        Assert.All(runs, run =>
        {
            AssertMigrated(run, "qemu");
            Assert.True(run.GetProperty("tls").GetBoolean());
            Assert.Contains("multifd", run.GetProperty("capabilities").EnumerateArray().Select(capability => capability.GetString()));
            var disk = Assert.Single(run.GetProperty("disks").EnumerateArray());
            Assert.True(disk.GetProperty("identical").GetBoolean());
            Assert.InRange(disk.GetProperty("mirroredBytes").GetInt64(), 1, 4 << 20);
        });
    }

    [Fact]
    public async Task A_held_migration_that_is_told_to_end_is_undone()
    {
        await RealQemu.RequireAsync();
        var result = await _sample.Program.RunAsync([.. SmallGuest, "--target", "local", "--hold"], terminateAfterFirstLine: true);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cancelled.", result.Output + result.Error, StringComparison.Ordinal);
        _sample.Program.AssertNothingIsLeft();
    }

    [Fact]
    public async Task One_that_is_told_to_end_rolls_back_and_leaves_nothing_behind()
    {
        await RealQemu.RequireAsync();
        var result = await _sample.Program.RunAsync([.. SmallGuest, "--polling", "before"], terminateAfterFirstLine: true);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("cancelled.", result.Output + result.Error, StringComparison.Ordinal);
        _sample.Program.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Its_progress_shows_where_no_bar_can_be_drawn_and_its_result_has_every_member_that_scripts_rely_on()
    {
        await RealQemu.RequireAsync();
        var file = _sample.Program.NewFile("runs.json");
        var result = await _sample.Program.RunAsync([.. SmallGuest, "--target", "local", "--disk", "2", "--json", file]);
        result.AssertSucceeded();
        var lines = result.Output.Split('\n');
        Assert.Contains(lines, line => line.Contains("Copying: copy RAM", StringComparison.Ordinal));
        var last = Assert.Single(lines, line => line.Contains("Ended: Migrated", StringComparison.Ordinal));
        Assert.Matches(@"^  100 %  Ended: Migrated, disks ([0-9]+) of \1 MiB, pass [0-9]+, [0-9]+ MiB/s, 0 MiB left, [0-9]+ MiB/s dirtied *$", last);
        _sample.Program.AssertNothingIsLeft();

        var run = Assert.Single(Read(file));
        AssertMigrated(run, "qemu");
        Assert.Equal("events", run.GetProperty("polling").GetString());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("tunnelVersion").ValueKind);
        string[] members =
        [
            "mode", "outcome", "pausedMs", "predictedPauseMs", "handoverGapMs", "qemuDowntimeMs", "totalMs", "ramTransferredBytes", "tunnelVersion", "polling",
            "ledger", "guest", "disks", "tls", "capabilities", "convergence", "goalKept", "sourceQemu", "targetQemu", "failure", "warnings", "findings",
        ];
        Assert.Equal(members, Names(run));
        Assert.Equal(["name", "placement", "startMs", "durationMs"], Names(run.GetProperty("ledger")[0]));
        Assert.Equal(["heartbeatGapMs", "ticksLost", "ramIntact"], Names(run.GetProperty("guest")));
    }
}
