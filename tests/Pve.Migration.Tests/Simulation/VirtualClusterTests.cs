using Pve.Migration.Testing;
using Pve.Qmp.Commands;

namespace Pve.Migration.Tests.Simulation;

public sealed class VirtualClusterTests
{
    private const int VmId = 100;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_command_costs_an_ssh_of_its_own_and_is_written_down()
    {
        var (report, commands) = await MigrateAsync(MigrationProfile.Pve2017Before, MtunnelDialect.V0, knowsTheTunnel: false);
        Assert.Equal(
            [("true", 150), ("pvesr set-state 100 {}", 600), ("qm resume 100 --skiplock --nocheck", 300), ("qm unlock 100", 300)],
            commands.Select(command => (command.Line, (int)command.Took.TotalMilliseconds)));
        Assert.Equal(0.3, Line(report, "resume"), 0.001);
        Assert.Equal(0.6, Line(report, "set replication state"), 0.001);
    }

    [Fact]
    public async Task A_tunnel_that_is_closed_inside_the_pause_costs_whole_seconds()
    {
        var (report, _) = await MigrateAsync(MigrationProfile.Pve2017Before, MtunnelDialect.V0, knowsTheTunnel: false);
        Assert.Equal(StepPlacement.InsidePause, report.Ledger.Lines.Single(line => line.Name == "close tunnel").Placement);
        Assert.Equal(1.0, Line(report, "close tunnel"), 0.001);
    }

    [Fact]
    public async Task Over_the_tunnel_a_resume_costs_its_way()
    {
        var (report, commands) = await MigrateAsync(MigrationProfile.Default, MtunnelDialect.V1, knowsTheTunnel: true);
        Assert.InRange(Line(report, "resume"), 0.00009, 0.002); // stamped in whole microseconds when the request is there
        Assert.DoesNotContain(commands, command => command.Line.Contains("resume", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_clocks_of_the_hosts_differ_and_the_pause_does_not()
    {
        var (ahead, _) = await MigrateAsync(MigrationProfile.Default, MtunnelDialect.V1, knowsTheTunnel: true, TimeSpan.FromSeconds(7));
        var (same, _) = await MigrateAsync(MigrationProfile.Default, MtunnelDialect.V1, knowsTheTunnel: true);
        Assert.InRange((ahead.Ledger.Paused!.Value - same.Ledger.Paused!.Value).Duration(), TimeSpan.Zero, ahead.Ledger.ClockError);
    }

    [Fact]
    public async Task A_far_end_that_fails_ends_the_tunnel_with_a_reason()
    {
        var time = new VirtualTime();
        await time.RunAsync(async () =>
        {
            await using var cluster = new VirtualCluster(new VirtualClusterOptions { Link = new SimulatedLinkOptions { TimeProvider = time } });
            await using var tunnel = await cluster.Tunnel(MtunnelDialect.V1).ConnectAsync(Test);
            await tunnel.Output.WriteAsync(new byte[2 << 20], Test); // longer than a line may be
            Assert.Contains("far end failed", await tunnel.Ended, StringComparison.Ordinal);
            var read = await tunnel.Input.ReadAsync(Test);
            while (!read.IsCompleted)
            {
                tunnel.Input.AdvanceTo(read.Buffer.End);
                read = await tunnel.Input.ReadAsync(Test);
            }
        }, Test);
    }

    [Fact]
    public async Task A_resume_that_is_refused_there_is_refused_here()
    {
        var time = new VirtualTime();
        await time.RunAsync(async () =>
        {
            await using var cluster = new VirtualCluster(new VirtualClusterOptions { Link = new SimulatedLinkOptions { TimeProvider = time } });
            await using var monitor = await cluster.ConnectTargetAsync(cancellationToken: Test);
            await using var ssh = cluster.SshCommands(cluster.Incoming(monitor));
            cluster.Pair.Target.Kill();
            Assert.Equal(ResumeAnswer.Refused, (await ssh.ResumeAsync(VmId, Test)).Answer);
        }, Test);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task All_that_leave_at_once_get_across(int count)
    {
        var time = new VirtualTime { RealTimeLimit = TimeSpan.FromMinutes(2) };
        await time.RunAsync(
            () => Task.WhenAll(Enumerable.Range(0, count).Select(_ => MigrateAsync(time, MigrationProfile.Default, MtunnelDialect.V2, knowsTheTunnel: true))), Test);
    }

    [Fact]
    public void Costs_below_nothing_are_refused()
        => Assert.Throws<ArgumentOutOfRangeException>(
            () => new VirtualCluster(new VirtualClusterOptions { Costs = new VirtualCosts { SshConnect = TimeSpan.FromMilliseconds(-1) } }));

    private static async Task<(MigrationReport Report, IReadOnlyList<VirtualCommand> Commands)> MigrateAsync(
        MigrationProfile profile, MtunnelDialect dialect, bool knowsTheTunnel, TimeSpan offset = default)
    {
        var time = new VirtualTime();
        return await time.RunAsync(() => MigrateAsync(time, profile, dialect, knowsTheTunnel, offset), Test);
    }

    private static async Task<(MigrationReport Report, IReadOnlyList<VirtualCommand> Commands)> MigrateAsync(
        VirtualTime time, MigrationProfile profile, MtunnelDialect dialect, bool knowsTheTunnel, TimeSpan offset = default)
    {
        await using var cluster = new VirtualCluster(new VirtualClusterOptions
        {
            Link = new SimulatedLinkOptions { TimeProvider = time },
            TargetClockOffset = offset,
        });
        await using var source = await cluster.ConnectSourceAsync(cancellationToken: Test);
        await using var monitor = await cluster.ConnectTargetAsync(cancellationToken: Test);
        var incoming = cluster.Incoming(monitor);
        await using var ssh = cluster.SshCommands(incoming);
        var tunnel = new MtunnelClientOptions
        {
            TimeProvider = time,
            HighestDialect = knowsTheTunnel ? MtunnelDialect.V2 : MtunnelDialect.V0,
        };
        await using var target = new TunnelTarget(incoming, cluster.Tunnel(dialect), ssh, tunnel);
        var report = await new LiveMigrator(new LiveMigratorOptions { Profile = profile, TimeProvider = time }).MigrateAsync(
            new MigrationRequest { VmId = VmId, Source = source, Target = target }, cancellationToken: Test);
        Assert.IsType<MigrationOutcome.Migrated>(report.Outcome);
        Assert.Empty(report.Warnings);
        Assert.Equal(RunState.Running, cluster.Pair.Target.RunState);
        return (report, cluster.Commands);
    }

    private static double Line(MigrationReport report, string name) => report.Ledger.Lines.Single(line => line.Name == name).Duration.TotalSeconds;
}
