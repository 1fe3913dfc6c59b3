using static Pve.Integration.Tests.Samples.LiveMigrationProgram;

namespace Pve.Integration.Tests.Samples;

/// <summary>What is refused, and what is done where something is missing.</summary>
public sealed class LiveMigrationOptionTests : IDisposable
{
    private readonly LiveMigrationProgram _sample = new();

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
    [InlineData("--replicated is about disks", "--replicated")]
    [InlineData("--simulate sends nothing", "--simulate", "--tls")]
    [InlineData("--multifd takes 1 to 255, not '0'", "--multifd", "0")]
    [InlineData("--multifd does not go with --xbzrle", "--multifd", "2", "--xbzrle")]
    [InlineData("--multifd does not go with post-copy", "--multifd", "2", "--postcopy")]
    [InlineData("--hold holds one migration", "--hold", "--runs", "2")]
    [InlineData("--hold does not go with post-copy", "--hold", "--postcopy")]
    [InlineData("--hold does not go with post-copy", "--hold", "--goal-pause", "50", "--else", "postcopy")]
    [InlineData("--simulate uses no QEMU", "--simulate", "--qemu", "qemu-system-x86_64")]
    [InlineData("--ssh a;b", "--ssh", "a;b")]
    [InlineData("--ssh-config /nonexistent", "--ssh", "target", "--ssh-config", "/nonexistent")]
    [InlineData("--json /nonexistent/runs.json", "--json", "/nonexistent/runs.json")]
    [InlineData("--json /", "--json", "/")]
    [InlineData("--dry-run looks once", "--dry-run", "--runs", "2")]
    [InlineData("--chaos takes STEP:FAULT, not 'resume'; the steps are open-target", "--chaos", "resume")]
    [InlineData("there is no such step without --disk", "--chaos", "finish-mirrors:kill-target")]
    [InlineData("--chaos STEP:crash needs --journal FILE", "--chaos", "resume:crash")]
    [InlineData("--journal and --chaos are for one migration", "--journal", "/nonexistent/journal", "--runs", "2")]
    [InlineData("--recover /nonexistent: no such file", "--recover", "/nonexistent")]
    [InlineData("--ssh -oProxyCommand=x", "--ssh", "-oProxyCommand=x")]
    [InlineData("/nonexistent", "--qemu", "/nonexistent")]
    [InlineData("/nonexistent", "--target-qemu", "/nonexistent")]
    public async Task A_bad_option_is_refused_in_one_line(string says, params string[] arguments)
    {
        await RealQemu.RequireAsync();
        var result = await _sample.Program.RunAsync(arguments);
        result.AssertRefused(2, "livemigration", says);
        _sample.Program.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData("--qemu")]
    [InlineData("--target-qemu")]
    public async Task A_qemu_that_does_not_start_leaves_nothing_behind(string option)
    {
        var qemu = await RealQemu.RequireAsync();
        var broken = _sample.Program.NewFile("qemu.sh");
        await File.WriteAllTextAsync(
            broken, $"#!/bin/sh\ncase \"$*\" in --version|*help) exec {qemu.Path} \"$@\";; esac\necho no room >&2\nexit 7\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(broken, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var result = await _sample.Program.RunAsync([.. SmallGuest, option, broken]);
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("livemigration: QEMU ended with exit code 7 before it answered. It said: no room\n", result.Error);
        _sample.Program.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Without_a_qemu_it_says_so_and_simulates()
    {
        var file = _sample.Program.NewFile("runs.json");
        var result = await _sample.Program.RunAsync([.. SmallGuest, "--json", file], searchPath: _sample.Program.Empty);
        result.AssertSucceeded();
        var first = result.Output.Split('\n')[0];
        Assert.Contains("No QEMU is installed", first, StringComparison.Ordinal);
        Assert.Contains("qemu-system-x86", first, StringComparison.Ordinal);
        var run = Assert.Single(Read(file));
        Assert.Equal("simulated", run.GetProperty("mode").GetString());
        Assert.Equal("Migrated", run.GetProperty("outcome").GetString());
        AssertTimes(run);
        _sample.Program.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_dry_run_says_of_a_goal_that_it_cannot_be_kept()
    {
        var result = await _sample.Program.RunAsync([.. SmallGuest, "--simulate", "--dry-run", "--goal-pause", "1"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Error goal: A pause of at most 1 ms cannot be kept", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_qemu_ssh_is_refused()
    {
        var result = await _sample.Program.RunAsync(["--ssh", "target"], searchPath: _sample.Program.Empty);
        result.AssertRefused(2, "livemigration", "qemu-system-x86");
    }

    [Fact]
    public async Task Without_a_qemu_one_for_the_target_alone_is_refused()
    {
        var qemu = await RealQemu.RequireAsync();
        var result = await _sample.Program.RunAsync(["--target-qemu", qemu.Path], searchPath: _sample.Program.Empty);
        result.AssertRefused(2, "livemigration", "--qemu PATH");
    }
}
