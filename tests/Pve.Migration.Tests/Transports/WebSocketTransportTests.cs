using System.IO.Pipelines;
using System.Text.Json;

namespace Pve.Migration.Tests.Transports;

public sealed class WebSocketTransportTests : ForwardingContract
{
    private TicketServer? _server;

    // a recipe is used once here: Proxmox VE's tunnel has a ticket for one connection
    protected override async Task<IMtunnelTransport> StartAsync() => new Anew(await OptionsAsync(), _server!);

    protected override async ValueTask StopAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_wrong_fingerprint_is_told_with_the_seen_one()
    {
        WebSocketTransportOptions options = await OptionsAsync() with { CertificateFingerprint = TestCertificate.OtherFingerprint };
        Assert.Contains($"fingerprint is {TestCertificate.Fingerprint}, not", await FailureAsync(options), StringComparison.Ordinal);
        Assert.Empty(_server!.Opened);
    }

    [Fact]
    public async Task Without_a_fingerprint_the_system_decides()
    {
        WebSocketTransportOptions options = await OptionsAsync() with { CertificateFingerprint = null };
        Assert.Contains("certificate", await FailureAsync(options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fingerprints_as_Proxmox_writes_them()
    {
        WebSocketTransportOptions options = await OptionsAsync() with { CertificateFingerprint = TestCertificate.FingerprintWithColons };
        await using MtunnelClient client = await MtunnelClient.OpenAsync(new WebSocketTransport(options), cancellationToken: Test);
        await client.ResumeAsync(100, Test);
    }

    [Fact]
    public async Task A_wrong_token() =>
        Assert.Contains("the server says 401 (the API token", await FailureAsync(await OptionsAsync() with { Authorization = "PVEAPIToken=x!y=other-secret" }), StringComparison.Ordinal);

    [Fact]
    public async Task A_wrong_ticket() =>
        Assert.Contains("the server says 403", await FailureAsync(await OptionsAsync() with { TunnelTicket = "PVETUNNEL:wrong-secret" }), StringComparison.Ordinal);

    [Fact]
    public async Task A_ticket_is_for_one_connection()
    {
        WebSocketTransportOptions options = await OptionsAsync();
        await using (await new WebSocketTransport(options).ConnectAsync(Test))
        {
            Assert.Contains("the server says 403", await FailureAsync(options), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Nobody_there()
    {
        WebSocketTransportOptions options = await OptionsAsync();
        await StopAsync();
        Assert.Contains($"WebSocket to 127.0.0.1:{options.Endpoint.Port}: ", await FailureAsync(options), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forward_with_a_wrong_ticket_fails_and_the_tunnel_does_not()
    {
        WebSocketTransportOptions options = await OptionsAsync() with { RequestTicket = static (_, _) => Task.FromResult("PVETUNNEL:wrong-secret") };
        await using IMtunnelConnection connection = await new WebSocketTransport(options).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using System.Net.Sockets.Socket near = await UnixSockets.ConnectAsync(Near, Test);
        Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
        Assert.Contains("the server says 403", forward.LastFailure, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", forward.LastFailure, StringComparison.Ordinal);
        Assert.False(connection.Ended.IsCompleted);
    }

    [Fact]
    public async Task Without_a_way_to_tickets_a_forward_leads_nowhere()
    {
        WebSocketTransportOptions options = await OptionsAsync() with { RequestTicket = null };
        await using IMtunnelConnection connection = await new WebSocketTransport(options).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using System.Net.Sockets.Socket near = await UnixSockets.ConnectAsync(Near, Test);
        Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
        Assert.Contains("RequestTicket", forward.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tunnel_gets_the_tickets_of_its_forwards_itself()
    {
        var tunnel = new MtunnelServerOptions { Dialect = MtunnelDialect.V2, Vmid = 100, SendGreeting = false };
        Serve = (pipe, stop) => MtunnelServer.ServeAsync(pipe, new TicketHandler(_server!), tunnel, stop);
        WebSocketTransportOptions options = await OptionsAsync() with { RequestTicket = null, Forwards = [new SocketForward(Near, Far)] };
        await using MtunnelClient client = await MtunnelClient.OpenAsync(
            new WebSocketTransport(options), new MtunnelClientOptions { ExpectGreeting = false }, Test);
        using System.Net.Sockets.Socket listener = UnixSockets.Listen(Far), near = await UnixSockets.ConnectAsync(Near, Test);
        using System.Net.Sockets.Socket far = await listener.AcceptAsync(Test);
        await far.SendAsync("x"u8.ToArray(), Test);
        Assert.Equal(1, await UnixSockets.ReceiveAsync(near, Test));
    }

    [Fact]
    public async Task Each_connection_of_a_forward_asks_for_its_own_ticket()
    {
        var asked = new List<string>();
        WebSocketTransportOptions options = await OptionsAsync() with
        {
            RequestTicket = (path, _) =>
            {
                asked.Add(path);
                return Task.FromResult(_server!.Issue(path));
            },
        };
        await using IMtunnelConnection connection = await new WebSocketTransport(options).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using System.Net.Sockets.Socket listener = UnixSockets.Listen(Far);
        for (int i = 0; i < 2; i++)
        {
            using System.Net.Sockets.Socket near = await UnixSockets.ConnectAsync(Near, Test);
            using System.Net.Sockets.Socket accepted = await listener.AcceptAsync(Test);
            await near.SendAsync(new byte[1], Test);
            Assert.Equal(1, await UnixSockets.ReceiveAsync(accepted, Test));
        }

        Assert.Equal([Far, Far], asked);
        Assert.Equal([TicketServer.TunnelSocket, Far, Far], _server!.Opened);
    }

    [Fact]
    public async Task The_servers_word_for_the_end_is_kept()
    {
        Serve = static (_, _) => Task.CompletedTask;
        await using IMtunnelConnection connection = await (await StartAsync()).ConnectAsync(Test);
        Assert.EndsWith("the peer closed the connection (1000: tunnel closed)", await connection.Ended.WaitAsync(Test), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ws://192.0.2.1/x")]
    [InlineData("https://127.0.0.1/x")]
    [InlineData("wss://user:secret@127.0.0.1/x")]
    public void An_endpoint_that_is_none_is_refused(string endpoint) =>
        Assert.Throws<ArgumentException>(() => new WebSocketTransport(new WebSocketTransportOptions { Endpoint = new Uri(endpoint) }));

    [Fact]
    public async Task No_secret_reaches_a_log_an_exception_or_a_text()
    {
        var log = new RecordingLoggerFactory();
        WebSocketTransportOptions good = await OptionsAsync() with { LoggerFactory = log };
        WebSocketTransportOptions[] bad =
        [
            good with { Authorization = "PVEAPIToken=a!b=other-secret" },
            good with { TunnelTicket = "PVETUNNEL:other-secret" },
            good with { CertificateFingerprint = TestCertificate.OtherFingerprint },
        ];
        foreach (WebSocketTransportOptions options in bad)
        {
            Exception e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => new WebSocketTransport(options).ConnectAsync(Test));
            Assert.DoesNotContain("secret", e.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("PVETUNNEL", e.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
        }

        await using (await new WebSocketTransport(good).ConnectAsync(Test))
        {
        }

        Assert.NotEmpty(log.Lines);
        Assert.All(log.Lines, static line => Assert.False(line.Contains("secret", StringComparison.Ordinal) || line.Contains("PVETUNNEL", StringComparison.Ordinal), line));
    }

    private async Task<WebSocketTransportOptions> OptionsAsync()
    {
        _server = await TicketServer.StartAsync((pipe, stop) => Serve(pipe, stop));
        return new WebSocketTransportOptions
        {
            Endpoint = _server.Endpoint,
            Authorization = TicketServer.Token,
            CertificateFingerprint = TestCertificate.Fingerprint,
            TunnelSocket = TicketServer.TunnelSocket,
            TunnelTicket = _server.Issue(TicketServer.TunnelSocket),
            RequestTicket = (path, _) => Task.FromResult(_server.Issue(path)),
        };
    }

    private static async Task<string> FailureAsync(WebSocketTransportOptions options) =>
        (await Assert.ThrowsAsync<MtunnelConnectionException>(() => new WebSocketTransport(options).ConnectAsync(Test))).Message;

    private sealed class TicketHandler(TicketServer server) : IMtunnelHandler
    {
        public IReadOnlyCollection<string> Commands => ["ticket"];

        public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken) => Task.FromResult(
            JsonSerializer.SerializeToElement(new { ticket = server.Issue(request.Parameters.GetProperty("path").GetString()!) }));
    }

    /// <summary>A fresh tunnel's ticket for each connection.</summary>
    private sealed class Anew(WebSocketTransportOptions options, TicketServer server) : IMtunnelTransport
    {
        public string Name => "fresh tickets";

        public Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken) =>
            new WebSocketTransport(options with { TunnelTicket = server.Issue(TicketServer.TunnelSocket) }).ConnectAsync(cancellationToken);
    }
}
