using System.Diagnostics;
using System.Net;
using Pve.Integration.Tests.Ssh;
using Pve.Migration;

namespace Pve.Integration.Tests.Proxmox;

/// <summary>What a node may do wrong, and what is then left of it.</summary>
public sealed class NodeTargetTests : IDisposable
{
    private static readonly string[] Stopped = ["qm stop 100 --skiplock --migratedfrom a", "pgrep -f [-]id 100( |$)"];

    private readonly StandInNode _node;
    private readonly CollectingLogger _log = new();

    public NodeTargetTests(SshdFixture sshd) => _node = new StandInNode(sshd);

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_start_that_fails_is_told_with_code_and_words_and_without_the_ticket()
    {
        _node.On("qm-start", "cat >&2\necho 'start failed: out of memory' >&2\nexit 255");
        var e = await StartFailsAsync(_node.Options);
        Assert.Contains("ended with code 255", e.Message, StringComparison.Ordinal);
        Assert.Contains("start failed: out of memory", e.Message, StringComparison.Ordinal);
        Assert.Contains("spice_ticket: ***", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_says_nothing_of_the_kind()
    {
        _node.On("qm-start", "cat\necho warning >&2");
        var e = await StartFailsAsync(_node.Options);
        Assert.Contains("did not say where the migration listens: warning", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_does_not_end()
    {
        _node.On("qm-start", $"echo stuck on {StandInNode.Ticket} >&2\nexec sleep 60");
        var e = await StartFailsAsync(_node.Options with { StartTimeout = TimeSpan.FromSeconds(5) });
        Assert.Contains("did not end within 5 s, what it did is unknown: stuck on ***", e.Message, StringComparison.Ordinal);
        Assert.Null(e.InnerException);
    }

    [Theory]
    [InlineData("printf 'migration listens on unix:/run/qemu'", "its last line was cut off: 'migration listens on unix:/run/qemu'")]
    [InlineData("printf 'migration listens on port 60000'", "its last line was cut off: 'migration listens on port 60000'")]
    [InlineData("printf 'migration listens on unix:/run/qemu'; kill -9 $$", "ended with code")]
    [InlineData("echo 'migration listens on carrier:pigeon'", "it said 'migration listens on carrier:pigeon', which is not understood")]
    public async Task A_start_that_breaks_off_or_speaks_in_tongues(string script, string says)
    {
        _node.On("qm-start", script);
        Assert.Contains(says, (await StartFailsAsync(_node.Options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("migration listens on unix:/etc/100.migrate")]
    [InlineData("migration listens on unix:THERE/../100.migrate")]
    [InlineData("migration listens on unix:THERE/x/100.migrate")]
    [InlineData("migration listens on unix:THERE/101.migrate")]
    [InlineData("migration listens on unix:THERE/100.qmp")]
    [InlineData("migration listens on unix:THERE/100_$(id).migrate")]
    [InlineData("migration listens on tcp:192.0.2.1:60000")]
    [InlineData("migration listens on unix:THERE/100.migrate\nstorage migration listens on nbd:unix:/etc/100_nbd.migrate:exportname=drive-scsi0 volume:a:b")]
    public async Task An_address_that_is_not_to_be_reached_is_refused(string line)
    {
        _node.OnStartPrint(line.Replace("THERE", _node.There, StringComparison.Ordinal));
        Assert.Contains("which is refused", (await StartFailsAsync(_node.Options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_the_clear_an_address_outside_the_network_is_refused_and_one_inside_is_taken()
    {
        _node.OnStartPrint("migration listens on tcp:192.0.2.1:60000").On("qm-mtunnel", StandIns.V1);
        var options = _node.Options with { Type = PveMigrationType.Insecure, MigrationNetwork = IPNetwork.Parse("198.51.100.0/24") };
        Assert.Contains("outside 198.51.100.0/24", (await StartFailsAsync(options)).Message, StringComparison.Ordinal);

        await using var target = new PveNodeTarget(options with { MigrationNetwork = IPNetwork.Parse("192.0.2.0/24") });
        Assert.Equal("tcp:192.0.2.1:60000", await target.StartIncomingAsync(StandInNode.VmId, Test));
    }

    [Fact]
    public async Task A_node_without_quorum_opens_no_tunnel()
    {
        _node.OnStartPrint("migration listens on unix:" + _node.MigrationPath).On("qm-mtunnel", "echo 'no quorum'");
        var e = await StartFailsAsync(_node.Options, opensTunnel: true);
        Assert.Contains("no quorum", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_node.Here));
    }

    [Fact]
    public async Task Disks_are_forwarded_and_told_by_the_sockets_here()
    {
        _node.OnStartPrint(
                "migration listens on unix:" + _node.MigrationPath,
                $"storage migration listens on nbd:unix:{_node.There}/100_nbd.migrate:exportname=drive-scsi0 volume:a:b",
                "re-using replicated volume: scsi0 - zfs:b")
            .On("qm-mtunnel", StandIns.V1);
        await using var target = new PveNodeTarget(_node.Options with { ReplicatedVolumes = ["zfs:b"] });
        await target.StartIncomingAsync(StandInNode.VmId, Test);
        Assert.Equal([new QmStartDrive("scsi0", "drive-scsi0", QmListenAddress.Unix($"{_node.Here}/100_nbd.migrate"), "a:b")], target.Drives);
        Assert.True(File.Exists($"{_node.Here}/100_nbd.migrate"));
        await target.StopNbdAsync(StandInNode.VmId, Test);
        Assert.Equal("qm nbdstop 100", _node.Calls[^1]);
    }

    [Fact]
    public async Task A_replicated_volume_that_is_not_used_again()
    {
        _node.OnStartPrint("migration listens on unix:" + _node.MigrationPath);
        var e = await StartFailsAsync(_node.Options with { ReplicatedVolumes = ["zfs:b"] });
        Assert.Contains("does not use the replicated volume zfs:b again", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo \"cannot parse $3\" >&2; exit 2", 60, "ended with code 2")]
    [InlineData("exec sleep 60", 5, "did not end within 5 s")]
    public async Task The_replication_state_is_in_no_error_and_no_log(string script, int seconds, string says)
    {
        const string State = """{"secret":"state"}""";
        _node.OnStartPrint("migration listens on unix:" + _node.MigrationPath).On("qm-mtunnel", StandIns.V1).On("pvesr", script);
        await using var target = new PveNodeTarget(WithLog(_node.Options) with
        {
            ReplicationState = (_, _) => Task.FromResult(State),
            CommandTimeout = TimeSpan.FromSeconds(seconds),
        });
        await target.StartIncomingAsync(StandInNode.VmId, Test);
        var e = await Assert.ThrowsAsync<MigrationTargetException>(() => target.SetReplicationStateAsync(StandInNode.VmId, Test));
        Assert.Equal($"pvesr set-state 100 {State}", _node.Calls[^1]);
        Assert.Contains("'pvesr set-state' failed", e.Message, StringComparison.Ordinal);
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", _log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_is_not_reached_costs_nothing()
    {
        var options = _node.Options;
        await using var target = new PveNodeTarget(options with { Ssh = options.Ssh with { Host = SshdFixture.ClosedHost } });
        Assert.Contains("Connection refused", (await Assert.ThrowsAsync<MigrationTargetException>(() => target.OpenAsync(Test))).Message, StringComparison.Ordinal);
        await target.DestroyAsync(StandInNode.VmId, Test);
        await target.CloseAsync(Test);
        Assert.Equal(["true"], _node.SshCalls);
    }

    [Theory]
    [InlineData("exit 0", "its process is still there")]
    [InlineData("exit 2", "its processes cannot be looked at")]
    [InlineData("echo 'This account is not available.'; exit 1", "its processes cannot be looked at")]
    public async Task Without_the_proof_it_is_not_dead_and_with_it_it_is_dead_for_good(string find, string says)
    {
        _node.On("qm-start", "exit 1").On("pgrep", find);
        await using var target = new PveNodeTarget(_node.Options with { EndTimeout = TimeSpan.FromTicks(1) });
        await Assert.ThrowsAsync<MigrationTargetException>(() => target.StartIncomingAsync(StandInNode.VmId, Test));
        var e = await Assert.ThrowsAsync<MigrationTargetException>(() => target.DestroyAsync(StandInNode.VmId, Test));
        Assert.Contains("'qm stop' succeeded, and " + says, e.Message, StringComparison.Ordinal);

        _node.On("pgrep", "exit 1");
        await target.DestroyAsync(StandInNode.VmId, Test);
        var calls = _node.Calls.Length;
        await target.DestroyAsync(StandInNode.VmId, Test);
        Assert.Equal(calls, _node.Calls.Length);
    }

    [Fact]
    public void The_search_among_the_processes_finds_the_VM_s_own_and_not_itself()
    {
        var vmId = Random.Shared.Next(10_000_000, 99_999_999);
        Assert.Equal(1, Search(vmId));
        var start = new ProcessStartInfo("sh", ["-c", "read -r line", "-id", $"{vmId}"]) { RedirectStandardInput = true };
        using var qemu = Process.Start(start)!;
        try
        {
            Assert.Equal(0, Search(vmId));
            Assert.Equal(1, Search(vmId / 10));
        }
        finally
        {
            qemu.Kill();
            qemu.WaitForExit();
        }
    }

    private int Search(int vmId)
    {
        var command = _node.Options.FindProcess(vmId);
        using var search = Process.Start("/bin/sh", ["-c", $"/usr/bin/pgrep {command[1]} '{command[2]}' >/dev/null"]);
        search.WaitForExit();
        return search.ExitCode;
    }

    // Whatever it was, the node is told to stop what it may have started, no tunnel was opened, and the ticket is nowhere.
    private async Task<MigrationTargetException> StartFailsAsync(PveNodeTargetOptions options, bool opensTunnel = false)
    {
        await using var target = new PveNodeTarget(WithLog(options));
        var e = await Assert.ThrowsAsync<MigrationTargetException>(() => target.StartIncomingAsync(StandInNode.VmId, Test));
        await target.DestroyAsync(StandInNode.VmId, Test);
        await target.CloseAsync(Test);
        Assert.Equal([.. opensTunnel ? ["qm mtunnel"] : Array.Empty<string>(), .. Stopped], _node.Calls[1..]);
        Assert.DoesNotContain(StandInNode.Ticket, e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(StandInNode.Ticket, _log.ToString(), StringComparison.Ordinal);
        return e;
    }

    private PveNodeTargetOptions WithLog(PveNodeTargetOptions options) => options with { Ssh = options.Ssh with { LoggerFactory = _log } };
}
