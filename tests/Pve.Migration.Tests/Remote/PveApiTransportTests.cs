using Microsoft.Extensions.Time.Testing;
using Pve.Migration.Tests.Transports;

namespace Pve.Migration.Tests.Remote;

public sealed class PveApiTransportTests : IAsyncLifetime
{
    private RemoteCluster _cluster = null!;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    private static MtunnelClientOptions NoGreeting { get; } = new() { ExpectGreeting = false };

    public async ValueTask InitializeAsync() => _cluster = await RemoteCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task The_API_makes_a_tunnel_that_its_ticket_opens()
    {
        await using MtunnelClient client = await MtunnelClient.OpenAsync(new PveApiTransport(_cluster.ApiOptions()), NoGreeting, Test);
        Assert.Equal(MtunnelDialect.V2, client.DialectSoFar);
        Assert.Empty(client.Capabilities);
        await client.ExecuteAsync("nbdstop", cancellationToken: Test);
        await client.QuitAsync(Test);
        Assert.Equal(["POST mtunnel bridges=vmbr0,vmbr1.5&storages=local-lvm,nfs", "opened 4100.mtunnel"], _cluster.Requests);
        Assert.Equal(["nbdstop"], _cluster.Vm.Calls);
    }

    [Fact]
    public async Task Nothing_is_sent_for_no_storages_and_no_bridges()
    {
        await using (await new PveApiTransport(_cluster.ApiOptions() with { Storages = [], Bridges = [] }).ConnectAsync(Test))
        {
            Assert.Equal("POST mtunnel ", _cluster.Requests.First());
        }
    }

    [Fact]
    public async Task A_second_tunnel_asks_anew_and_is_told_why_it_gets_none()
    {
        var transport = new PveApiTransport(_cluster.ApiOptions());
        await using IMtunnelConnection first = await transport.ConnectAsync(Test);
        Assert.Contains(
            "the server says 400: vmid: unable to create empty VM config - VM 4100 already exists on node 'pve2' (see that VM 4100 does not exist there yet",
            await FailureAsync(_cluster.ApiOptions()), StringComparison.Ordinal);
        _cluster.HasVm = false;
        await using IMtunnelConnection second = await transport.ConnectAsync(Test);
        Assert.Equal(2, _cluster.Requests.Count(static request => request == "opened 4100.mtunnel"));
    }

    [Theory]
    [InlineData(401, "", "permission denied - invalid ticket", "the server says 401: permission denied - invalid ticket (the API token is not accepted")]
    [InlineData(403, """{"data":null,"message":"Permission check failed (/, Sys.Incoming)\n"}""", "x", "403: Permission check failed (/, Sys.Incoming) (the token's user needs VM.Allocate")]
    [InlineData(404, "", "Not Found", "404: Not Found (see that a Proxmox VE of version 7.3")]
    [InlineData(501, "<html>", "Method 'POST /x' not implemented", "501: Method 'POST /x' not implemented (see that a Proxmox VE of version 7.3")]
    [InlineData(500, """{"data":null,"message":"cluster not ready - no quorum?\n"}""", null, "500: cluster not ready - no quorum? (the log of pve2 says more)")]
    [InlineData(500, """{"errors":{"a":"one\ntwo","b":7},"message":"m"}""", null, "500: a: one two; b: 7 (")]
    [InlineData(302, "", null, "302: Found (see that Proxmox VE's API")]
    [InlineData(200, "<html>hello</html>", null, "the answer is no JSON with a 'data'")]
    [InlineData(200, "[1]", null, "the answer is no JSON with a 'data'")]
    [InlineData(200, """{"data":null}""", null, "has no 'ticket'")]
    [InlineData(200, """{"data":{"socket":"/run/x","upid":"UPID"}}""", null, "has no 'ticket'")]
    [InlineData(200, """{"data":{"ticket":"PVETUNNEL:s3cr","upid":"UPID"}}""", null, "has no 'socket'")]
    [InlineData(200, """{"data":{"ticket":"PVETUNNEL:s3cr","socket":7,"upid":"UPID"}}""", null, "has no 'socket'")]
    [InlineData(200, """{"data":{"ticket":"PVETUNNEL:s3cr","socket":"/run/x"}}""", null, "has no 'upid'")]
    [InlineData(200, """{"data":{"ticket":"PVETUNNEL:s3cr","socket":"/etc/passwd","upid":"UPID"}}""", null, "the tunnel's socket is /etc/passwd, which is refused")]
    [InlineData(200, """{"data":{"ticket":"PVETUNNEL:s3cr","socket":"THERE/../4100.mtunnel","upid":"UPID"}}""", null, "which is refused")]
    [InlineData(200, """{"data":{"ticket":"PVETUNNEL:s3cr","socket":"THERE/4100.migrate","upid":"UPID"}}""", null, "which is refused")]
    public async Task A_bad_answer_says_what_is_wrong_and_what_to_do(int status, string body, string? reason, string expected)
    {
        _cluster.Intercept = async (call, context) =>
        {
            await RemoteCluster.SayAsync(context, status, body.Replace("THERE", _cluster.There, StringComparison.Ordinal), reason);
            return true;
        };
        string failure = await FailureAsync(_cluster.ApiOptions());
        Assert.StartsWith("API of pve2 at 127.0.0.1:", failure, StringComparison.Ordinal);
        Assert.Contains(expected, failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_token() => Assert.Contains(
        "the server says 401: invalid token value! (the API token is not accepted",
        await FailureAsync(_cluster.ApiOptions() with { Authorization = "PVEAPIToken=root@pam!x=an-0ther" }), StringComparison.Ordinal);

    [Fact]
    public async Task A_wrong_fingerprint_is_told_and_nothing_sent()
    {
        string failure = await FailureAsync(_cluster.ApiOptions() with { CertificateFingerprint = TestCertificate.OtherFingerprint });
        Assert.Contains($"'mtunnel' failed: the certificate's fingerprint is {TestCertificate.Fingerprint}, not", failure, StringComparison.Ordinal);
        Assert.Empty(_cluster.Requests);
    }

    [Fact]
    public async Task Without_a_fingerprint_the_system_decides() =>
        Assert.Contains("certificate", await FailureAsync(_cluster.ApiOptions() with { CertificateFingerprint = null }), StringComparison.Ordinal);

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        _cluster.Intercept = async (call, context) =>
        {
            await RemoteCluster.SayAsync(context, 200, "{\"data\":\"" + new string('x', 2 * 1024 * 1024));
            return true;
        };
        Assert.Contains("the answer is longer than 1048576 bytes (see that Proxmox VE's API", await FailureAsync(_cluster.ApiOptions()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_answer_in_time()
    {
        var time = new FakeTimeProvider();
        _cluster.Intercept = async (call, context) =>
        {
            time.Advance(TimeSpan.FromSeconds(31));
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            return true;
        };
        Assert.Contains("'mtunnel' failed: no answer within 30 s", await FailureAsync(_cluster.ApiOptions() with { TimeProvider = time }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there()
    {
        PveApiTransportOptions options = _cluster.ApiOptions() with { Port = 1 };
        Assert.Contains("(see that the API listens there", await FailureAsync(options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_told_nothing_else()
    {
        using var giveUp = new CancellationTokenSource();
        _cluster.Intercept = async (call, context) =>
        {
            await giveUp.CancelAsync();
            return false;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PveApiTransport(_cluster.ApiOptions()).ConnectAsync(giveUp.Token));
    }

    [Fact]
    public async Task A_worker_that_does_not_listen_yet_is_tried_again_with_the_same_ticket()
    {
        int tried = 0;
        _cluster.Intercept = (call, context) =>
        {
            bool drops = call == "mtunnelwebsocket" && tried++ < 2;
            if (drops)
            {
                context.Abort();
            }

            return Task.FromResult(drops);
        };
        await using IMtunnelConnection connection = await new PveApiTransport(_cluster.ApiOptions()).ConnectAsync(Test);
        Assert.Equal(3, tried);
        Assert.Equal(["POST mtunnel bridges=vmbr0,vmbr1.5&storages=local-lvm,nfs", "opened 4100.mtunnel"], _cluster.Requests);
    }

    [Fact]
    public async Task A_ticket_that_took_too_long_is_told_with_what_becomes_of_the_VM()
    {
        var time = new FakeTimeProvider();
        _cluster.Time = time;
        _cluster.Intercept = (call, context) =>
        {
            time.Advance(call == "mtunnelwebsocket" ? TimeSpan.FromSeconds(31) : TimeSpan.Zero);
            return Task.FromResult(false);
        };
        string failure = await FailureAsync(_cluster.ApiOptions());
        Assert.Contains("a ticket is for one socket, once, and for 30 s", failure, StringComparison.Ordinal);
        Assert.Contains("is removed there by itself after 300 s", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_are_none_are_refused()
    {
        PveApiTransportOptions good = _cluster.ApiOptions();
        PveApiTransportOptions[] bad =
        [
            good with { Host = "pve2/x" }, good with { Host = "pve2:8006" }, good with { Port = 0 }, good with { Node = "pve2/../x" }, good with { VmId = 0 },
            good with { Storages = ["a,b"] }, good with { Storages = ["-x"] }, good with { Bridges = ["vmbr0&x=1"] }, good with { SocketDirectory = "/run/.." },
            good with { CertificateFingerprint = "12:34" }, good with { RequestTimeout = TimeSpan.Zero },
        ];
        Assert.All(bad, static options => Assert.ThrowsAny<ArgumentException>(() => new PveApiTransport(options)));
    }

    [Theory]
    [InlineData("root@pam!x=an-0ther-s3cret")]
    [InlineData("PVEAPIToken=root@pam=an-0ther-s3cret")]
    [InlineData("PVEAPIToken=root@pam!x=an-0ther-s3cret\r\nX: y")]
    [InlineData("PVEAPIToken=root@pam!x=")]
    public void A_token_that_is_none_is_not_repeated(string token)
    {
        ArgumentException e = Assert.ThrowsAny<ArgumentException>(() => new PveApiTransport(_cluster.ApiOptions() with { Authorization = token }));
        Assert.DoesNotContain("s3cret", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_secret_reaches_a_log_an_exception_or_a_text()
    {
        var log = new RecordingLoggerFactory();
        PveApiTransportOptions options = _cluster.ApiOptions(log);
        _cluster.Intercept = async (call, context) =>
        {
            await RemoteCluster.SayAsync(context, 500, $$"""{"message":"token {{RemoteCluster.Secret}} with PVETUNNEL:0001::s3cr+t/9 fails"}""");
            return true;
        };
        var e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => new PveApiTransport(options).ConnectAsync(Test));
        Assert.Contains("500: token *** with PVETUNNEL:*** fails", e.Message, StringComparison.Ordinal);
        _cluster.Intercept = static (_, _) => Task.FromResult(false);
        await using (MtunnelClient client = await MtunnelClient.OpenAsync(new PveApiTransport(options), NoGreeting with { LoggerFactory = log }, Test))
        {
            _cluster.Vm.Sockets.Add(_cluster.Vm.MigrationPath);
            Assert.Contains(await client.RequestTicketAsync(_cluster.Vm.MigrationPath, Test), _cluster.Tickets);
        }

        Assert.Contains(log.Lines, static line => line.Contains("the tunnel's worker is UPID:pve2:0001:root@pam!migration:", StringComparison.Ordinal));
        Assert.Contains(log.Lines, static line => line.Contains("\"ticket\":\"***\"", StringComparison.Ordinal));
        string all = string.Join('\n', [.. log.Lines, e.ToString(), options.ToString()]);
        Assert.All([RemoteCluster.Secret, "s3cr+t"], secret => Assert.DoesNotContain(secret, all, StringComparison.Ordinal));
    }

    private static async Task<string> FailureAsync(PveApiTransportOptions options)
    {
        var e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => new PveApiTransport(options).ConnectAsync(Test));
        Assert.DoesNotContain("s3cr", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("0ther", e.ToString(), StringComparison.Ordinal);
        return e.Message;
    }
}
