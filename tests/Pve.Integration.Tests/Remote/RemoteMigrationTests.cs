using System.Text.Json.Nodes;
using Pve.Integration.Tests.Live;
using Pve.Integration.Tests.Proxmox;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Migration.Tests.Remote;
using Pve.Qmp;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Remote;

/// <summary>A real guest between two real QEMUs, where the target is another cluster's: its RAM and each command go through WebSockets.</summary>
public sealed class RemoteMigrationTests
{
    private const string Stopped = """{"status":"stopped","qmpstatus":"stopped"}""";

    [Fact]
    public async Task A_guest_arrives_at_another_cluster()
    {
        await using var bench = await BootAsync();
        await using var cluster = await RemoteCluster.StartAsync();
        var host = await StartTargetAsync(bench, cluster);
        var log = new CollectingLogger();
        await using var target = new PveRemoteTarget(cluster.TargetOptions(log));

        var report = await bench.MigrateAsync(target);

        await bench.AssertArrivedAsync(host, report);
        Assert.Equal("v2", target.Dialect);
        Assert.Equal(["config", "start", "ticket", "resume", "unlock"], cluster.Vm.Names);
        Assert.Equal(["POST mtunnel bridges=vmbr0,vmbr1.5&storages=local-lvm,nfs", "opened 4100.mtunnel", "opened 4100.migrate"], cluster.Requests);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cluster.Here));
        AssertNoSecret(log.ToString());
    }

    [Fact]
    public async Task A_cluster_that_refuses_to_resume_gives_the_guest_back_and_cleans_up()
    {
        await using var bench = await BootAsync();
        await using var cluster = await RemoteCluster.StartAsync();
        var host = await StartTargetAsync(bench, cluster, onResume: () => throw new MtunnelRefusedException("no idea at Qemu.pm line 1."));
        await using var target = new PveRemoteTarget(cluster.TargetOptions());

        var report = await bench.MigrateAsync(target);

        await bench.AssertStayedAsync(host, report, "resume", "no idea at Qemu.pm line 1.", "does not run there");
        Assert.Empty(report.Warnings);
        Assert.Equal(["config", "start", "ticket", "resume", "stop", "cleanup"], cluster.Vm.Names);
        Assert.Equal(["GET status/current", "GET status/current"], cluster.Requests.Skip(3));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_resume_whose_answer_is_lost_is_what_the_API_says_it_came_to(bool ran)
    {
        await using var bench = await BootAsync();
        await using var cluster = await RemoteCluster.StartAsync();
        GuestHost? host = null;
        host = await StartTargetAsync(bench, cluster, onResume: async () =>
        {
            if (ran)
            {
                await host!.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
                cluster.State = """{"status":"running","qmpstatus":"running","running-qemu":"7.2.0"}""";
            }

            cluster.CutTunnel();
        });
        await using var target = new PveRemoteTarget(cluster.TargetOptions());

        var report = await bench.MigrateAsync(target);

        if (ran)
        {
            Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
            Assert.Contains(report.Warnings, static warning => warning.Contains("'unlock' failed", StringComparison.Ordinal));
            var old = bench.Guest.Host;
            await bench.Guest.ArriveAsync(host, Cancellation);
            await bench.AssertIntactAsync();
            await bench.Guest.EndAsync(old);
            return;
        }

        var unknown = Assert.IsType<MigrationOutcome.Unknown>(report.Outcome);
        Assert.Contains(unknown.Evidence, static text => text.Contains("The target says that the guest does not run there", StringComparison.Ordinal));
        Assert.Equal("postmigrate", (await bench.Guest.Host.Monitor.ExecuteAsync(QmpCommands.QueryStatus, cancellationToken: Cancellation)).Status.ToString());
        Assert.DoesNotContain("stop", cluster.Vm.Names);
        await bench.Guest.EndAsync(host);
    }

    // The QEMU that `start` answers for.
    private static async Task<GuestHost> StartTargetAsync(MigrationBench bench, RemoteCluster cluster, Func<Task>? onResume = null)
    {
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await new IncomingQemu(host.Monitor, "unix:" + cluster.Vm.MigrationPath).ListenAsync(Cancellation);
        cluster.Vm.Before = async (command, token) =>
        {
            switch (command)
            {
                case "resume":
                    await (onResume?.Invoke() ?? host.Monitor.ExecuteAsync(QmpCommands.Continue, cancellationToken: token));
                    break;
                case "stop":
                    await host.Process.KillAsync();
                    cluster.State = Stopped;
                    break;
            }

            return (JsonNode?)null;
        };
        return host;
    }

    private static void AssertNoSecret(string log)
    {
        Assert.NotEmpty(log);
        Assert.All([RemoteCluster.Secret, RemoteCluster.SpiceTicket, "s3cr+t"], secret => Assert.DoesNotContain(secret, log, StringComparison.Ordinal));
    }
}
