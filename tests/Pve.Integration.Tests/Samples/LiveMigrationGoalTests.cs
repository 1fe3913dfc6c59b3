using static Pve.Integration.Tests.Samples.LiveMigrationProgram;

namespace Pve.Integration.Tests.Samples;

/// <summary>What is asked of the pause.</summary>
public sealed class LiveMigrationGoalTests : IDisposable
{
    private readonly LiveMigrationProgram _sample = new();

    public void Dispose() => _sample.Dispose();

    [Fact]
    public async Task A_goal_is_kept_and_the_pause_foretold()
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await _sample.MigrateAsync("--target", "local", "--goal-pause", "2000", "--goal-time", "120"));
        AssertMigrated(run, "qemu");
        Assert.True(run.GetProperty("goalKept").GetBoolean());
        Assert.InRange(run.GetProperty("predictedPauseMs").GetDouble(), 0.001, 2000);
    }

    [Fact]
    public async Task A_goal_that_is_not_kept_is_exceeded_only_where_that_was_asked_for()
    {
        await RealQemu.RequireAsync();
        string[] busy = ["--bandwidth", "2", "--target", "local", "--goal-pause", "100", "--goal-time", "3"];
        var file = _sample.Program.NewFile("runs.json");
        Assert.Equal(1, (await _sample.Program.RunAsync([.. SmallGuest, .. busy, "--json", file])).ExitCode);
        var refused = Assert.Single(Read(file));
        Assert.Equal("RolledBack", refused.GetProperty("outcome").GetString());
        Assert.Contains("The goal was not kept", refused.GetProperty("failure").GetString(), StringComparison.Ordinal);
        Assert.Equal(["atMs", "did"], Names(refused.GetProperty("convergence").EnumerateArray().Last()));

        var run = Assert.Single(await _sample.MigrateAsync([.. busy, "--else", "pause"]));
        AssertMigrated(run, "qemu");
        Assert.False(run.GetProperty("goalKept").GetBoolean());
        Assert.Contains("was not kept", run.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        _sample.Program.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_guest_can_go_ahead_of_its_ram()
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await _sample.MigrateAsync("--target", "local", "--postcopy", "--bandwidth", "8"));
        AssertArrived(run);
        Assert.StartsWith("post-copy", run.GetProperty("convergence")[0].GetProperty("did").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_goal_that_is_not_kept_lets_the_guest_go_ahead_where_that_was_asked_for()
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await _sample.MigrateAsync(
            "--target", "local", "--bandwidth", "2", "--goal-pause", "100", "--goal-time", "2", "--else", "postcopy"));
        AssertArrived(run);
        var last = run.GetProperty("convergence").EnumerateArray().Last();
        Assert.StartsWith("post-copy", last.GetProperty("did").GetString(), StringComparison.Ordinal);
        Assert.InRange(last.GetProperty("atMs").GetDouble(), 2000, 60_000);
        Assert.Contains(run.GetProperty("ledger").EnumerateArray(), line => line.GetProperty("name").GetString() == "copy the rest");
    }
}
