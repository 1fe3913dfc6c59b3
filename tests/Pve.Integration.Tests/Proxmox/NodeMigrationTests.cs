using Pve.Integration.Tests.Live;
using Pve.Integration.Tests.Samples;
using Pve.Integration.Tests.Ssh;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Proxmox;

/// <summary>A real guest between two real QEMUs, where the target is a node's, and each command of it goes through the real sshd.</summary>
public sealed class NodeMigrationTests(SshdFixture sshd)
{
    private const string State = """{"local/b":{"last_sync":1700000000,"fail_count":0}}""";

    private static string Mtunnel => BuiltProgram.PathOf("mtunnel");

    [Theory]
    [InlineData("v1")]
    [InlineData("v0", "qm resume 100 --skiplock --nocheck")]
    public async Task A_guest_arrives_at_a_node(string dialect, params string[] byCommand)
    {
        await using var bench = await BootAsync();
        using var node = new StandInNode(sshd);
        var host = await StartTargetAsync(bench, node, dialect, "unix:" + node.MigrationPath);
        node.OnStartPrint("QEMU: a warning", "migration listens on unix:" + node.MigrationPath);
        await using var target = new PveNodeTarget(node.Options with { ReplicationState = (_, _) => Task.FromResult(State) });

        var report = await bench.MigrateAsync(target, change: r => r with { Ownership = node.Source, IsReplicated = true });

        await bench.AssertArrivedAsync(host, report);
        Assert.Equal(dialect, target.Dialect);
        Assert.Equal(
            [
                "true",
                "qm start 100 --skiplock --migratedfrom a --migration_type secure --stateuri unix --machine pc-i440fx-7.2",
                "qm mtunnel",
                "true",
                $"pvesr set-state 100 '{State}'",
                .. byCommand,
                "qm unlock 100",
            ],
            node.SshCalls);
        Assert.Equal(
            [
                "qm start 100 --skiplock --migratedfrom a --migration_type secure --stateuri unix --machine pc-i440fx-7.2",
                "qm mtunnel",
                "qm set 100 --lock migrate",
                $"pvesr set-state 100 {State}",
                .. byCommand,
                "qm unlock 100",
            ],
            node.Calls);
        Assert.Equal($"nbd_protocol_version: 1\nspice_ticket: {StandInNode.Ticket}\n", node.StartInput);
        Assert.False(File.Exists(node.ConfigAt("a")));
        Assert.Empty(node.LocksAt("b"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(node.Here));
    }

    [Fact]
    public async Task A_disk_goes_to_a_node_and_its_export_is_gone_before_the_resume()
    {
        await using var bench = await BootAsync(disksMiB: [4]);
        using var node = new StandInNode(sshd);
        var host = await StartTargetAsync(bench, node, "v1", "unix:" + node.MigrationPath);
        var nbd = $"{node.There}/100_nbd.migrate";
        await host.Monitor.ExecuteAsync(QmpCommands.NbdServerStart, new(SocketAddress.Unix(nbd)), cancellationToken: Cancellation);
        await host.Monitor.ExecuteAsync(
            QmpCommands.BlockExportAdd, new BlockExportOptionsNbd("scsi0", "disk0") { Name = "drive-scsi0", Writable = true }, cancellationToken: Cancellation);
        node.OnStartPrint(
                "migration listens on unix:" + node.MigrationPath,
                $"storage migration listens on nbd:unix:{nbd}:exportname=drive-scsi0 volume:local-lvm:vm-100-disk-0")
            .On("qm-nbdstop", $"exec '{BuiltProgram.PathOf("qmpshell")}' '{host.Process.QmpPath}' nbd-server-stop");
        await using var target = new PveNodeTarget(node.Options);

        var source = bench.Guest.Host;
        var report = await bench.MigrateAsync(
            target, change: r => r with { Ownership = node.Source, Disks = [new MigrationDisk("disk0") { TargetNode = "scsi0" }] });

        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        Assert.Equal(["qm nbdstop 100", "qm unlock 100"], node.Calls[^2..]);
        await bench.Guest.ArriveAsync(host, Cancellation);
        Assert.True(await bench.Guest.IsDiskAlikeAsync(source, host, 0, Cancellation));
        await bench.AssertArrivedAsync(host, report, source);
    }

    [Fact]
    public async Task A_disk_that_a_node_does_not_offer_is_said()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        using var node = new StandInNode(sshd);
        var host = await StartTargetAsync(bench, node, "v1", "unix:" + node.MigrationPath);
        node.OnStartPrint("migration listens on unix:" + node.MigrationPath).On("qm-stop", $"kill -9 {host.Process.Pid}").On("pgrep", $"kill -0 {host.Process.Pid} 2>/dev/null");
        await using var target = new PveNodeTarget(node.Options);

        var report = await bench.MigrateAsync(target, change: r => r with { Disks = [new MigrationDisk("disk0") { TargetNode = "scsi0" }] });

        await bench.AssertStayedAsync(host, report, "export disks", "offers no disk 'scsi0'", "Ask for its disks to be migrated");
    }

    [Fact]
    public async Task A_node_that_listens_on_a_port_is_reached_through_ssh()
    {
        await using var bench = await BootAsync();
        using var node = new StandInNode(sshd);
        var (host, uri) = await ListenAsync(bench, "tcp:127.0.0.1:0");
        Serve(node, host, "v1");
        node.OnStartPrint("migration listens on port " + uri[(uri.LastIndexOf(':') + 1)..]);
        await using var target = new PveNodeTarget(node.Options);

        var report = await bench.MigrateAsync(target, change: r => r with { Ownership = node.Source });

        await bench.AssertArrivedAsync(host, report);
        Assert.Empty(Directory.EnumerateFileSystemEntries(node.Here));
    }

    [Fact]
    public async Task A_node_that_refuses_to_resume_gives_the_guest_back()
    {
        await using var bench = await BootAsync();
        using var node = new StandInNode(sshd);
        var host = await StartTargetAsync(bench, node, "v1", "unix:" + node.MigrationPath);
        node.OnStartPrint("migration listens on unix:" + node.MigrationPath)
            .On("qm-mtunnel", Tunnel("echo 'ERR: resume failed - no idea at qm line 1.'"))
            .On("qm-status", Status("paused", "running-qemu: 7.2.0"))
            .On("qm-stop", $"case \"$*\" in *--migratedfrom*) exit 2 ;; esac\nkill -9 {host.Process.Pid}")
            .On("pgrep", $"kill -0 {host.Process.Pid} 2>/dev/null");
        await using var target = new PveNodeTarget(node.Options);

        var report = await bench.MigrateAsync(target, change: r => r with { Ownership = node.Source });

        await bench.AssertStayedAsync(host, report, "resume", "no idea at qm line 1.", "does not run there");
        Assert.Empty(report.Warnings);
        Assert.Equal("qm mtunnel", node.SshCalls[2]);
        Assert.Equal(
            ["qm status 100 --verbose", "qm stop 100 --skiplock --migratedfrom a", "qm stop 100 --skiplock", "pgrep -f '[-]id 100( |$)'"], node.SshCalls[4..8]);
        Assert.EndsWith($" sh {node.MigrationPath}", node.SshCalls[^1], StringComparison.Ordinal); // what was left there is removed once the guest runs here
        Assert.False(File.Exists(node.ConfigAt("b")));
        Assert.Empty(node.LocksAt("a"));
        Assert.Equal(1, node.Calls.Count(call => call == "qm unlock 100"));
    }

    [Fact]
    public async Task A_silent_tunnel_that_dies_with_the_answer_is_followed_by_a_resume_over_ssh()
    {
        await using var bench = await BootAsync();
        using var node = new StandInNode(sshd);
        var host = await StartTargetAsync(bench, node, "v1", "unix:" + node.MigrationPath);
        node.OnStartPrint("migration listens on unix:" + node.MigrationPath)
            .On("qm-mtunnel", Tunnel("exit 3"))
            .On("qm-status", Status("paused", "running-qemu: 7.2.0"));
        await using var target = new PveNodeTarget(node.Options);

        var report = await bench.MigrateAsync(target, change: r => r with { Ownership = node.Source });

        await bench.AssertArrivedAsync(host, report);
        Assert.Equal(["qm status 100 --verbose", "qm resume 100 --skiplock --nocheck", "qm unlock 100"], node.SshCalls[^3..]);
    }

    [Fact]
    public async Task A_QEMU_that_does_not_answer_its_node_is_not_taken_for_one_that_runs()
    {
        await using var bench = await BootAsync();
        using var node = new StandInNode(sshd);
        var host = await StartTargetAsync(bench, node, "v1", "unix:" + node.MigrationPath);
        node.OnStartPrint("migration listens on unix:" + node.MigrationPath)
            .On("qm-mtunnel", Tunnel("exit 3"))
            .On("qm-resume", "kill -9 $$")
            .On("qm-status", Status("running"));
        await using var target = new PveNodeTarget(node.Options);

        var report = await bench.MigrateAsync(target, change: r => r with { Ownership = node.Source });

        Assert.IsType<MigrationOutcome.Unknown>(report.Outcome);
        Assert.Equal(2, node.SshCalls.Count(call => call == "qm status 100 --verbose"));
        Assert.False(bench.Guest.Host.Process.Exited.IsCompleted, "the source has the only guest there is");
        Assert.Equal(0, host.Ticks.TicksSeen);
        await bench.Guest.EndAsync(host);
    }

    // As `qm status` prints it with --verbose, and without: the process' state where QEMU's is not known.
    private static string Status(string state, string more = "balloon: 0") => $"""
        case "$*" in
            *--verbose*) printf '%s\n' 'qmpstatus: {state}' '{more}' 'status: running' ;;
            *) echo 'status: {state}' ;;
        esac
        """;

    private static async Task<GuestHost> StartTargetAsync(MigrationBench bench, StandInNode node, string dialect, string listenUri)
    {
        var (host, _) = await ListenAsync(bench, listenUri);
        Serve(node, host, dialect);
        return host;
    }

    private static string Tunnel(string onResume)
        => $"printf 'tunnel online\\nver 1\\n'\nwhile read -r line; do case \"$line\" in resume*) {onResume} ;; esac; done";

    // The QEMU that `qm start` points to.
    private static async Task<(GuestHost Host, string Uri)> ListenAsync(MigrationBench bench, string listenUri)
    {
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        return (host, await new IncomingQemu(host.Monitor, listenUri).ListenAsync(Cancellation));
    }

    private static void Serve(StandInNode node, GuestHost host, string dialect) => node
        .On("qm-mtunnel", $"exec '{Mtunnel}' --qmp-dir '{host.Folder}' --dialect {dialect}")
        .On("qm-resume", $"exec '{Mtunnel}' --qmp-dir '{host.Folder}' resume 100");
}
