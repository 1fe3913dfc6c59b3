using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Pve.Migration.Tests.Transports;

namespace Pve.Migration.Tests.Remote;

public sealed class PveRemoteTargetTests : IAsyncLifetime
{
    private const int HereVm = 100;
    private readonly RecordingLoggerFactory _log = new();
    private RemoteCluster _cluster = null!;

    private static string StartCommand =>
        """start {"start_params":{"statefile":"unix","forcemachine":"pc-i440fx-7.2","skiplock":1},"migrate_opts":{"type":"websocket","migratedfrom":"pve1",""" + Rest;

    private static string Rest => $$$$$"""
        "remote_node":"pve2","nbd_proto_version":1,"spice_ticket":"{{{{{RemoteCluster.SpiceTicket}}}}}","nbd":{"scsi0":{"drivestr":"local-lvm:vm-4100-disk-0,size=4G","volid":"local-lvm:vm-4100-disk-0"}}}}
        """;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private PveRemoteTargetOptions WithDisk => _cluster.TargetOptions(_log) with { Disks = [new PveRemoteDisk("scsi0", "local-lvm")] };

    public async ValueTask InitializeAsync() => _cluster = await RemoteCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task A_guest_with_a_disk_is_made_there_and_its_sockets_lead_here()
    {
        await using var target = new PveRemoteTarget(WithDisk);
        Assert.Null(await target.OpenAsync(Test));
        Assert.Equal(51200, await target.GetBandwidthLimitAsync(102400, Test));
        Assert.Null(await target.OpenAsync(Test));
        using Socket ram = UnixSockets.Listen(_cluster.Vm.MigrationPath), nbd = UnixSockets.Listen(_cluster.Vm.NbdPath);

        string uri = await target.StartIncomingAsync(HereVm, Test);

        Assert.Equal($"unix:{_cluster.Here}/100.migrate", uri);
        Assert.Equal([new PveDriveVolume("scsi0", "local-lvm:vm-4100-disk-0")], target.Volumes);
        Assert.Equal(
            [new QmStartDrive("scsi0", "drive-scsi0", QmListenAddress.Unix($"{_cluster.Here}/100_nbd.migrate"), "local-lvm:vm-4100-disk-0,size=4G")], target.Drives);
        Assert.Equal((61000, "v2"), (target.SpicePort, target.Dialect));
        await AssertCarriesAsync($"{_cluster.Here}/100.migrate", ram);
        await AssertCarriesAsync($"{_cluster.Here}/100_nbd.migrate", nbd);
        await AssertCarriesAsync($"{_cluster.Here}/100.migrate", ram);
        await target.MakeReadyAsync(HereVm, Test);
        await target.StopNbdAsync(Test);
        Assert.Equal(new ResumeResult(ResumeAnswer.Accepted), await target.ResumeAsync(HereVm, Test));
        await target.TrimAsync(Test);
        await target.UnlockAsync(HereVm, Test);
        await target.CloseAsync(Test);

        Assert.Equal(
            [
                """bwlimit {"storages":["local-lvm","nfs"],"bwlimit":102400}""",
                """disk {"format":"raw","storage":"local-lvm","drive":{"interface":"scsi","index":0,"size":4294967296,"iothread":"1"}}""",
                """config {"conf":"memory: 32\nname: guest\nscsi0: local-lvm:vm-4100-disk-0,size=4G\n\n[before]\nscsi0: local:100/vm-100-disk-0.raw,size=4G\n"}""",
                StartCommand,
                $$"""ticket {"path":"{{_cluster.Vm.MigrationPath}}"}""",
                $$"""ticket {"path":"{{_cluster.Vm.NbdPath}}"}""",
                $$"""ticket {"path":"{{_cluster.Vm.MigrationPath}}"}""",
                "nbdstop",
                "resume",
                "fstrim",
                "unlock",
            ],
            _cluster.Vm.Calls);
        Assert.Equal(["opened 4100.mtunnel", "opened 4100.migrate", "opened 4100_nbd.migrate", "opened 4100.migrate"], _cluster.Requests.Skip(1));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cluster.Here));
        Assert.False(target.Lost.IsCompleted);
        AssertNoSecret(target.ToString()!, WithDisk.ToString());
    }

    [Fact]
    public async Task What_is_optional_is_told_where_it_is_set()
    {
        await using var target = await OpenAsync(_cluster.TargetOptions() with
        {
            SpiceTicket = null, FirewallConfig = "[OPTIONS]\n", ForceCpu = "host,+aes", NetsHostMtu = "net0=1500",
        });
        await target.StartIncomingAsync(HereVm, Test);
        Assert.EndsWith("""size=4G\n","firewall-config":"[OPTIONS]\n"}""", _cluster.Vm.Calls[0], StringComparison.Ordinal);
        Assert.Equal(
            """start {"start_params":{"statefile":"unix","forcemachine":"pc-i440fx-7.2","forcecpu":"host,+aes","skiplock":1,"nets-host-mtu":"net0=1500"},""" + """
            "migrate_opts":{"type":"websocket","migratedfrom":"pve1","remote_node":"pve2","nbd_proto_version":1}}
            """,
            _cluster.Vm.Calls[1]);
    }

    [Fact]
    public async Task Tickets_wait_behind_another_command_and_giving_one_up_leaves_the_tunnel_sound()
    {
        var release = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ticketAsked = new TaskCompletionSource<JsonNode?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _cluster.Vm.Sockets.Add(_cluster.Vm.MigrationPath);
        _cluster.Vm.Before = (command, _) => command switch
        {
            "nbdstop" => release.Task,
            "ticket" => ticketAsked.Task,
            _ => Task.FromResult<JsonNode?>(null),
        };
        await using MtunnelClient client = await MtunnelClient.OpenAsync(new PveApiTransport(_cluster.ApiOptions()), new MtunnelClientOptions { ExpectGreeting = false }, Test);
        using var giveUp = new CancellationTokenSource();
        Task slow = client.ExecuteAsync("nbdstop", cancellationToken: Test);
        Task<string> givenUp = client.RequestTicketAsync(_cluster.Vm.MigrationPath, giveUp.Token);
        Task<string> kept = client.RequestTicketAsync(_cluster.Vm.MigrationPath, Test);
        Assert.False(givenUp.IsCompleted || kept.IsCompleted);

        release.SetResult(null);
        await slow;
        await giveUp.CancelAsync(); // it may be under way by now, or not
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        ticketAsked.SetResult(null);

        Assert.Contains(await kept, _cluster.Tickets);
        await client.ResumeAsync(RemoteCluster.VmId, Test);
        Assert.Equal(["nbdstop", "ticket", "ticket", "resume"], _cluster.Vm.Names);
        Assert.False(client.IsFaulted);
    }

    [Fact]
    public async Task A_ticket_to_a_socket_that_was_not_handed_out_is_refused_and_the_tunnel_stays_sound()
    {
        await using MtunnelClient client = await MtunnelClient.OpenAsync(new PveApiTransport(_cluster.ApiOptions()), new MtunnelClientOptions { ExpectGreeting = false }, Test);
        var e = await Assert.ThrowsAsync<MtunnelRefusedException>(() => client.RequestTicketAsync("/run/qemu-server/1.qmp", Test));
        Assert.Contains("unknown socket '/run/qemu-server/1.qmp'", e.Message, StringComparison.Ordinal);
        Assert.True(e.TunnelUsable);
        await client.ResumeAsync(RemoteCluster.VmId, Test);
    }

    [Fact]
    public async Task A_ticket_is_for_one_connection_to_one_socket()
    {
        await using var target = await OpenAsync(WithDisk);
        using Socket ram = UnixSockets.Listen(_cluster.Vm.MigrationPath);
        _cluster.Vm.IssueTicket = static _ => "PVETUNNEL:forged";
        await target.StartIncomingAsync(HereVm, Test);
        using Socket near = await UnixSockets.ConnectAsync($"{_cluster.Here}/100.migrate", Test);
        Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
        await target.MakeReadyAsync(HereVm, Test);
        Assert.Contains(_log.Lines, static line => line.Contains("the server says 401", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, static line => line.Contains("forged", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{}""", "does not say where the migration listens")]
    [InlineData("""{"migrate":{"addr":"192.0.2.1","proto":"tcp","port":60000}}""", "listens on 'tcp'")]
    [InlineData("""{"migrate":{"addr":"/etc/shadow","proto":"unix"}}""", "'/etc/shadow' is refused")]
    [InlineData("""{"migrate":{"addr":"THERE/../4100.migrate","proto":"unix"}}""", "is refused")]
    [InlineData("""{"migrate":{"addr":"THERE/4101.migrate","proto":"unix"}}""", "is refused")]
    [InlineData("""{"migrate":{"addr":"THERE/4100.migrate","proto":"unix","unix_sockets":["/run/docker.sock"]}}""", "'/run/docker.sock' is refused")]
    [InlineData("""{"migrate":{"addr":"THERE/4100.migrate","proto":"unix","unix_sockets":[7]}}""", "'no reason given' is refused")]
    [InlineData("""{"migrate":{"addr":"THERE/4100.migrate","proto":"unix"},"drives":{"scsi0":{"drivestr":"x","nbd_uri":"nbd:unix:THERE/4100_nbd.migrate:exportname=drive-scsi0"}}}""", "not at a socket that it handed out")]
    [InlineData("""{"migrate":{"addr":"THERE/4100.migrate","proto":"unix"},"drives":{"scsi0":{"drivestr":"x","nbd_uri":"nbd:10.0.0.1:1:exportname=a"}}}""", "not at a socket that it handed out")]
    public async Task A_start_that_answers_what_no_node_would_is_refused(string answer, string expected)
    {
        _cluster.Vm.StartAnswer = JsonNode.Parse(answer.Replace("THERE", _cluster.There, StringComparison.Ordinal));
        await using var target = await OpenAsync(_cluster.TargetOptions());
        var e = await Assert.ThrowsAsync<MigrationTargetException>(() => target.StartIncomingAsync(HereVm, Test));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cluster.Here));
    }

    [Fact]
    public async Task A_refusal_that_quotes_the_SPICE_ticket_is_told_without_it()
    {
        await using var target = await OpenAsync(_cluster.TargetOptions(_log));
        _cluster.Vm.Before = static (command, _) => command == "start"
            ? throw new MtunnelRefusedException($"spice_ticket: {RemoteCluster.SpiceTicket} does not match")
            : Task.FromResult<JsonNode?>(null);
        var e = await Assert.ThrowsAsync<MigrationTargetException>(() => target.StartIncomingAsync(HereVm, Test));
        Assert.Contains("spice_ticket: *** does not match", e.Message, StringComparison.Ordinal);
        AssertNoSecret(e.ToString());
    }

    [Theory]
    [InlineData("""{"status":"running","qmpstatus":"running","running-qemu":"9.2.0"}""", true)]
    [InlineData("""{"status":"running","qmpstatus":"running"}""", null)]
    [InlineData("""{"status":"running","qmpstatus":"paused","running-qemu":"9.2.0"}""", false)]
    [InlineData("""{"status":"running","qmpstatus":"inmigrate","running-qemu":"9.2.0"}""", false)]
    [InlineData("""{"status":"running","qmpstatus":"internal-error","running-qemu":"9.2.0"}""", null)]
    [InlineData("""{"status":"stopped","qmpstatus":"stopped"}""", false)]
    [InlineData("""7""", null)]
    public async Task A_resume_whose_answer_is_lost_is_unknown_and_the_API_is_asked(string state, bool? runs)
    {
        await using var target = await OpenAsync(_cluster.TargetOptions());
        await target.StartIncomingAsync(HereVm, Test);
        _cluster.State = state;
        _cluster.Vm.Before = (command, _) =>
        {
            _cluster.CutTunnel();
            return Task.FromResult<JsonNode?>(null);
        };
        ResumeResult result = await target.ResumeAsync(HereVm, Test);
        Assert.Equal(ResumeAnswer.Unknown, result.Answer);
        Assert.Contains("no answer to 'resume 4100', whether it was carried out is unknown", result.Detail, StringComparison.Ordinal);
        await target.Lost.WaitAsync(Test);
        Assert.Equal(runs, await target.IsRunningAsync(HereVm, Test));
        Assert.Equal(ResumeAnswer.Refused, (await target.ResumeAsync(HereVm, Test)).Answer); // not sent
        Assert.Single(_cluster.Vm.Names, "resume");
        Assert.Single(_cluster.Requests, static request => request.StartsWith("POST", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_API_that_may_not_be_asked_says_so()
    {
        await using var target = await OpenAsync(_cluster.TargetOptions());
        Forbid();
        var e = await Assert.ThrowsAsync<MigrationTargetException>(() => target.IsRunningAsync(HereVm, Test));
        Assert.Contains("'status/current' failed: the server says 403: Permission check failed (the token's user needs VM.Audit on /vms/VMID)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rollback_stops_the_QEMU_then_frees_its_volumes_then_closes()
    {
        await using var target = await OpenAsync(WithDisk);
        await target.StartIncomingAsync(HereVm, Test);
        _cluster.Vm.Before = (command, _) =>
        {
            _cluster.State = """{"status":"stopped","qmpstatus":"stopped"}""";
            return Task.FromResult<JsonNode?>(null);
        };
        await target.DestroyAsync(HereVm, Test);
        await target.DestroyAsync(HereVm, Test);
        await target.CloseAsync(Test);
        Assert.Equal(["disk", "config", "start", "stop", "cleanup"], _cluster.Vm.Names);
        Assert.Single(_cluster.Requests, "GET status/current");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_cluster.Here));
    }

    [Fact]
    public async Task What_was_not_started_is_only_cleaned_up()
    {
        await using var target = await OpenAsync(_cluster.TargetOptions());
        await target.DestroyAsync(HereVm, Test);
        Assert.Equal(["cleanup"], _cluster.Vm.Names);
    }

    [Fact]
    public async Task What_was_not_opened_has_nothing_to_destroy()
    {
        await using var target = new PveRemoteTarget(_cluster.TargetOptions());
        await target.DestroyAsync(HereVm, Test);
        await target.CloseAsync(Test);
        Assert.Empty(_cluster.Requests);
    }

    [Fact]
    public async Task The_answer_to_stop_is_believed_where_the_API_may_not_be_asked()
    {
        await using var target = await OpenAsync(_cluster.TargetOptions(_log));
        await target.StartIncomingAsync(HereVm, Test);
        Forbid();
        await target.DestroyAsync(HereVm, Test);
        Assert.Equal(["config", "start", "stop", "cleanup"], _cluster.Vm.Names);
    }

    [Fact]
    public async Task A_VM_that_the_API_does_not_know_is_gone()
    {
        await using var target = await StartedAndCutAsync();
        Say(500, """{"data":null,"message":"Configuration file 'nodes/pve2/qemu-server/4100.conf' does not exist\n"}""");
        await target.DestroyAsync(HereVm, Test);
        Assert.Contains(_log.Lines, static line => line.Contains("what was made for VM 4100 may be left there", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_QEMU_that_cannot_be_reached_is_not_proven_dead()
    {
        await using var target = await StartedAndCutAsync();
        Forbid();
        var e = await Assert.ThrowsAsync<MigrationTargetException>(() => target.DestroyAsync(HereVm, Test));
        Assert.Contains("could not be proven dead: 'stop' failed", e.Message, StringComparison.Ordinal);
        Assert.Equal("On pve2: qm stop 4100 --skiplock, then qm destroy 4100 --skiplock.", e.Remedy);
    }

    [Fact]
    public async Task A_QEMU_that_lives_on_after_stop_is_not_proven_dead_and_nothing_of_it_is_freed()
    {
        var time = new FakeTimeProvider();
        PveRemoteTargetOptions options = _cluster.TargetOptions();
        await using var target = await OpenAsync(options with { Api = options.Api with { TimeProvider = time } });
        await target.StartIncomingAsync(HereVm, Test);
        _cluster.Intercept = (_, _) =>
        {
            time.Advance(TimeSpan.FromSeconds(11));
            return Task.FromResult(false);
        };
        var e = await Assert.ThrowsAsync<MigrationTargetException>(() => target.DestroyAsync(HereVm, Test));
        Assert.Contains("'stop' succeeded, and the node says that it is paused.", e.Message, StringComparison.Ordinal);
        Assert.Equal("stop", _cluster.Vm.Names.Last());
    }

    [Fact]
    public async Task A_clean_up_that_fails_is_only_told()
    {
        await using var target = await OpenAsync(_cluster.TargetOptions(_log));
        _cluster.Vm.Before = static (_, _) => throw new MtunnelRefusedException("volume is busy");
        await target.DestroyAsync(HereVm, Test);
        Assert.Contains(_log.Lines, static line => line.Contains("may be left there", StringComparison.Ordinal) && line.Contains("volume is busy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_closed_tunnel_is_in_exit_mode_and_takes_no_command()
    {
        await using var target = await OpenAsync(_cluster.TargetOptions());
        await target.CloseAsync(Test);
        await Assert.ThrowsAsync<MigrationTargetException>(() => target.UnlockAsync(HereVm, Test));
        await Assert.ThrowsAsync<MigrationTargetException>(() => target.SetReplicationStateAsync(HereVm, Test));
        Assert.Empty(_cluster.Vm.Calls);
    }

    [Fact]
    public void Options_that_do_not_fit_are_refused()
    {
        PveRemoteTargetOptions good = WithDisk;
        PveRemoteTargetOptions[] bad =
        [
            good with { SourceNode = "a b" }, good with { Machine = "-x" }, good with { Config = " " }, good with { SpiceTicket = "t1cket" },
            good with { Disks = [new PveRemoteDisk("scsi1", "local")] }, good with { Disks = [new PveRemoteDisk("scsi0", "a,b")] },
            good with { Disks = [new PveRemoteDisk("../0", "local")] }, good with { Config = "scsi0: local:x\n" }, good with { LocalSocketDirectory = "here" },
            good with { StopTimeout = TimeSpan.Zero },
        ];
        Assert.All(bad, static options => Assert.ThrowsAny<ArgumentException>(() => new PveRemoteTarget(options)));
    }

    private static async Task<PveRemoteTarget> OpenAsync(PveRemoteTargetOptions options)
    {
        var target = new PveRemoteTarget(options);
        await target.OpenAsync(Test);
        return target;
    }

    private async Task<PveRemoteTarget> StartedAndCutAsync()
    {
        PveRemoteTarget target = await OpenAsync(_cluster.TargetOptions(_log));
        await target.StartIncomingAsync(HereVm, Test);
        _cluster.CutTunnel();
        await target.Lost.WaitAsync(Test);
        return target;
    }

    private void Forbid() => Say(403, """{"data":null,"message":"Permission check failed\n"}""");

    private void Say(int status, string body) => _cluster.Intercept = async (call, context) =>
    {
        if (call == "status/current")
        {
            await RemoteCluster.SayAsync(context, status, body);
        }

        return call == "status/current";
    };

    private static async Task AssertCarriesAsync(string near, Socket listener)
    {
        byte[] there = RandomNumberGenerator.GetBytes(1024 * 1024), back = RandomNumberGenerator.GetBytes(70_000);
        using Socket socket = await UnixSockets.ConnectAsync(near, Test);
        using Socket accepted = await listener.AcceptAsync(Test);
        Task<byte[]> farEnd = UnixSockets.ExchangeAsync(accepted, back, Test);
        Assert.Equal(back, await UnixSockets.ExchangeAsync(socket, there, Test));
        Assert.Equal(there, await farEnd);
    }

    private void AssertNoSecret(params string[] texts)
    {
        string all = string.Join('\n', [.. _log.Lines, .. texts]);
        Assert.NotEmpty(_log.Lines);
        Assert.All(["s3cr", RemoteCluster.SpiceTicket], secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
    }
}
