using Pve.Integration.Tests.Ssh;
using static Pve.Integration.Tests.Samples.LiveMigrationProgram;

namespace Pve.Integration.Tests.Samples;

/// <summary>Over a real sshd.</summary>
public sealed class LiveMigrationSshTests(SshdFixture sshd) : IDisposable
{
    private readonly LiveMigrationProgram _sample = new();

    public void Dispose() => _sample.Dispose();

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
        var run = Assert.Single(await _sample.MigrateAsync(["--ssh", SshdFixture.Host, "--ssh-config", sshd.ClientConfig, .. options]));
        AssertMigrated(run, "qemu");
        Assert.Equal(dialect, run.GetProperty("tunnelVersion").GetString());
    }

    [Fact]
    public async Task Disks_go_along_over_ssh_too()
    {
        await RealQemu.RequireAsync();
        var run = Assert.Single(await _sample.MigrateAsync("--disk", "8", "--disk", "2", "--ssh", SshdFixture.Host, "--ssh-config", sshd.ClientConfig));
        AssertMigrated(run, "qemu");
        var disks = run.GetProperty("disks").EnumerateArray().ToList();
        Assert.Equal(["disk0", "disk1"], disks.Select(disk => disk.GetProperty("node").GetString()));
        Assert.All(disks, disk => Assert.True(disk.GetProperty("identical").GetBoolean()));
        Assert.True(disks[0].GetProperty("mirroredBytes").GetInt64() >= 8 << 20);
        Assert.Equal(["node", "identical", "mirroredBytes"], Names(run.GetProperty("disks")[0]));
    }

    [Fact]
    public async Task A_migration_that_did_not_end_as_asked_says_what_runs_where()
    {
        SshdFixture.Require();
        await RealQemu.RequireAsync();
        var file = _sample.Program.NewFile("runs.json");
        var result = await _sample.Program.RunAsync(
            [.. SmallGuest, "--json", file, "--ssh", SshdFixture.HostWithForeignKey, "--ssh-config", sshd.ClientConfig]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("Rolled back: the guest runs on the source, the target is ended.", result.Output, StringComparison.Ordinal);
        Assert.Contains("Permission denied", result.Output, StringComparison.Ordinal);
        Assert.Equal("RolledBack", Assert.Single(Read(file)).GetProperty("outcome").GetString());
        _sample.Program.AssertNothingIsLeft();
    }
}
