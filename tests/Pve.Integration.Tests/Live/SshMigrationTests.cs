using Pve.Integration.Tests.Samples;
using Pve.Integration.Tests.Ssh;
using Pve.Migration;
using Pve.Migration.Testing;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>RAM and resume through a real sshd, with the sample's mtunnel at the other end.</summary>
public sealed class SshMigrationTests(SshdFixture sshd)
{
    [Theory]
    [InlineData("v2")]
    [InlineData("v1")]
    [InlineData("v0")]
    public async Task A_guest_arrives_whole_over_ssh(string dialect)
    {
        SshdFixture.Require();
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var fallback = dialect == "v2" ? null : SshCommands(host); // which can all that is needed
        await using var target = new TunnelTarget(host.AsIncoming(Forward(host)), Tunnel(host, SshdFixture.Host, dialect), fallback);

        var report = await bench.MigrateAsync(target, change: request => request with { IsReplicated = dialect == "v2" });

        await bench.AssertArrivedAsync(host, report);
        MigrationTests.AssertLedgerExplains(report);
        Assert.Equal(dialect, target.Dialect);
        Assert.Equal(dialect == "v2", File.Exists(Path.Combine(host.Folder, $"{VmId}.replication")));
    }

    [Fact]
    public async Task The_way_before_the_series_works_too()
    {
        SshdFixture.Require();
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var target = new TunnelTarget(host.AsIncoming(Forward(host)), Tunnel(host, SshdFixture.Host, "v0"), SshCommands(host));

        var report = await bench.MigrateAsync(target, MigrationProfile.Pve2017Before);

        await bench.AssertArrivedAsync(host, report);
        MigrationTests.AssertLedgerExplains(report);
        var inside = report.Ledger.Lines.Where(line => line.Placement == StepPlacement.InsidePause).Select(line => line.Name).ToList();
        Assert.Equal(["close tunnel", "set replication state", "resume"], inside[^3..]);
    }

    [Theory]
    [InlineData(SshdFixture.HostWithForeignKey, "Permission denied")]
    [InlineData(SshdFixture.UnknownHost, "host key")]
    [InlineData(SshdFixture.ChangedHost, "host was reinstalled")]
    [InlineData(SshdFixture.ClosedHost, "refused")]
    public async Task An_ssh_that_is_refused_costs_nothing(string hostName, string says)
    {
        SshdFixture.Require();
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var target = new TunnelTarget(host.AsIncoming(Forward(host)), Tunnel(host, hostName, "v1"));

        var report = await bench.MigrateAsync(target);

        Assert.Contains(says, Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome).Failure.ToString(), StringComparison.OrdinalIgnoreCase);
        await bench.AssertStayedAsync(host, report, "open target");
    }

    [Theory]
    [InlineData(SshdFixture.HostWithForeignKey, "Permission denied")]
    [InlineData(SshdFixture.UnknownHost, "host key")]
    [InlineData(SshdFixture.ClosedHost, "refused")]
    public async Task An_ssh_for_commands_that_is_refused_costs_nothing(string hostName, string says)
    {
        SshdFixture.Require();
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var target = new SshCommandTarget(host.AsIncoming(), new SshCommandRunner(sshd.Options(hostName)));

        await bench.AssertStayedAsync(host, await bench.MigrateAsync(target), "make target ready", "'true' failed: ssh to ", says);
    }

    [Fact]
    public async Task An_ssh_that_dies_during_the_copy_costs_nothing()
    {
        SshdFixture.Require();
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var transport = new RecordingTransport(Tunnel(host, SshdFixture.Host, "v1"));
        await using var target = new TunnelTarget(host.AsIncoming(Forward(host)), transport);
        var killer = new KillSshOnCopy(transport);

        var report = await bench.MigrateAsync(target, progress: killer, change: r => r with { MaxBandwidth = 1_000_000 });

        Assert.True(killer.Fired);
        await bench.AssertStayedAsync(host, report, "copy RAM");
    }

    private static string Forward(GuestHost host) => Path.Combine(host.Folder, "forward");

    private static string Mtunnel => BuiltProgram.PathOf("mtunnel");

    private SshTransport Tunnel(GuestHost host, string hostName, string dialect) => new(
        sshd.Options(hostName, [Mtunnel, "--qmp-dir", host.Folder, "--dialect", dialect, .. dialect == "v2" ? ["--vmid", $"{VmId}", "--run-dir", host.Folder] : Array.Empty<string>()]) with
        {
            Forwards = [new SocketForward(Forward(host), host.MigrationPath)],
        });

    private SshCommandTarget SshCommands(GuestHost host) => new(
        host.AsIncoming(Forward(host)), new SshCommandRunner(sshd.Options(SshdFixture.Host)), new SshCommandTargetOptions
        {
            Resume = vm => [Mtunnel, "--qmp-dir", host.Folder, "resume", $"{vm}"],
            SetReplicationState = _ => ["true"],
            Unlock = _ => ["true"],
        });

    private sealed class KillSshOnCopy(RecordingTransport transport) : IProgress<MigrationProgress>
    {
        public bool Fired { get; private set; }

        public void Report(MigrationProgress value)
        {
            if (value.Phase == MigrationPhase.Copying && !Fired)
            {
                Fired = true;
                using var ssh = System.Diagnostics.Process.GetProcessById(transport.Connection!.ProcessId);
                ssh.Kill();
            }
        }
    }
}
