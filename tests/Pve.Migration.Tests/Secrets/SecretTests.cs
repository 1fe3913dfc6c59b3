using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Nerdbank.Streams;
using Pve.Migration.Proxmox;
using Pve.Migration.Tests.Transports;
using Pve.Migration.Tests.Tunnel;
using Pve.Migration.Transports;

namespace Pve.Migration.Tests.Secrets;

/// <summary>
/// Wherever a secret travels, and whatever a peer makes of it: refuses and quotes it, breaks off in the middle, speaks no JSON, stays silent.
/// It is in no line of a log that takes every level, in no exception, and in no text of what is public.
/// </summary>
public sealed class SecretTests : IDisposable
{
    private const string Ticket = "t1cket-s3cret/0123456789+==";
    private const string ProxmoxTicket = "PVETUNNEL:65A0F1C2::Ab9+x/s3cretSignature==";
    private const string SpiceTicket = "5eC2E7deadBEEF01";
    private const string TokenSecret = "1f0c55aa-7777-4e0e-9a1b-t0kensecret";
    private const string ApiToken = "PVEAPIToken=root@pam!migration=" + TokenSecret;
    private const string Bearer = "Bearer " + TokenSecret;
    private const string Version = """{"success":true,"api":2,"age":0}""";

    private readonly RecordingLoggerFactory _log = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedPeer _peer = new();

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _peer.Dispose();
        _log.Dispose();
    }

    // the answer to `ticket`
    [Theory]
    [InlineData("""{"success":false,"msg":"KNOWN is stale"}""")]
    [InlineData("""{"success":false,"msg":"ticket=SECRET is stale"}""")]
    [InlineData("""{"success":false,"msg":"bad answer {\"ticket\":\"SECRET\"}"}""")]
    [InlineData("""{"success":2.5,"ticket":"SECRET"}""")]
    [InlineData("""{"ticket":"SECRET"}""")]
    [InlineData("""{"tick\u0065t":"SECRET"}""")]
    [InlineData("""{"success":true,"\u0074icket":"SECRET","ticket":"SECRET"}""")]
    [InlineData("""{"success":true,"ticket":["SECRET"]}""")]
    [InlineData("""{"success":true,"ticket":{"value":"SECRET"}}""")]
    [InlineData("""{"success":true,"tickets":"SECRET"}""")]
    [InlineData("""{'success':true,'ticket':'SECRET'}""")]
    [InlineData("""{success:true,ticket:SECRET}""")]
    [InlineData("""{"success":true,"ticket":"SECRET"} KNOWN""")]
    [InlineData("""["ticket=SECRET","KNOWN"]""")]
    [InlineData("{\"success\":true,\"ticket\":\"SECRET\"}\n{\"success\":true,\"ticket\":\"SECRET\"}")]
    [InlineData("{\"success\":tru,\"ticket\":\"\nSECRET\"}")] // its second line says nothing of what it is
    [InlineData("{\"success\":true,\"ticket\":\"SECRET", false)]
    [InlineData("{\"success\":true,\"tick\\u0065t\":\"SECRET", false)]
    [InlineData("{\"success\":false,\"msg\":\"KNOWN", false)]
    public async Task A_ticket_of_the_tunnel(string answer, bool isWhole = true)
    {
        await using MtunnelClient client = await OpenV2Async();
        Task<string> asked = client.RequestTicketAsync("/run/qemu-server/100.migrate", Test);
        await _peer.PlayAsync("""-> {"cmd":"ticket","path":"/run/qemu-server/100.migrate"}""");
        await _peer.SayAsync(Filled(answer) + (isWhole ? "\n" : ""));
        await _peer.EndAsync();
        Exception? failure = await Record.ExceptionAsync(() => asked);
        await client.Faulted;
        AssertUntold([Ticket, ProxmoxTicket], await Record.ExceptionAsync(() => client.ResumeAsync(100, Test)), failure);
    }

    [Fact]
    public async Task A_ticket_that_comes_too_late()
    {
        await using MtunnelClient client = await OpenV2Async();
        Task<string> asked = client.RequestTicketAsync("/run/qemu-server/100.migrate", Test);
        await _peer.PlayAsync("""-> {"cmd":"ticket","path":"/run/qemu-server/100.migrate"}""");
        await _peer.SayAsync(Filled("""{"success":true,"ticket":"SECRET"""));
        _time.Advance(TimeSpan.FromSeconds(10));
        Exception? failure = await Record.ExceptionAsync(() => asked);
        await _peer.SayAsync("\"}\n");
        await client.QuitAsync(Test);
        await _peer.EndAsync();
        Assert.Equal(MtunnelNoReplyReason.TimedOut, Assert.IsType<MtunnelNoReplyException>(failure).Reason);
        AssertUntold([Ticket], failure);
    }

    // the answer to `start`, whose parameters hold it
    [Theory]
    [InlineData("""{"success":false,"msg":"no such password: SPICE"}""")]
    [InlineData("""{"success":false,"msg":"\u0035eC2E7dead\u0042EEF01"}""")]
    [InlineData("""{"success":"SPICE"}""")]
    [InlineData("SPICE")]
    [InlineData("got {\"cmd\":\"start\",\"migrate_opts\":{\"spice_ticket\":\"SPICE\"}}")]
    [InlineData("{\"success\":true}\nSPICE")]
    [InlineData("{\"success\":false,\"msg\":\"SPICE", false)]
    [InlineData("{\"success\":false,\"msg\":\"5eC2E7deadBE", false)]
    public async Task A_SPICE_ticket_in_v2(string answer, bool isWhole = true)
    {
        await using MtunnelClient client = await OpenV2Async();
        Task<JsonElement> asked = client.ExecuteAsync("start", StartParameters, Test);
        await _peer.PlayAsync($$$"""-> {"cmd":"start","start_params":{},"migrate_opts":{"spice_ticket":"{{{SpiceTicket}}}"}}""");
        await _peer.SayAsync(Filled(answer) + (isWhole ? "\n" : ""));
        await _peer.EndAsync();
        Exception? failure = await Record.ExceptionAsync(() => asked);
        await client.Faulted;
        AssertUntold([SpiceTicket], await Record.ExceptionAsync(() => client.ResumeAsync(100, Test)), failure);
    }

    // it is cut behind 200 characters; the secret lies there
    [Theory]
    [InlineData("", MtunnelDialect.V0)]
    [InlineData("tunnel online\n", MtunnelDialect.V1)]
    [InlineData("tunnel online\nver 2\n", MtunnelDialect.V2)]
    public async Task A_long_line_in_the_negotiation(string said, MtunnelDialect stage)
    {
        foreach (string line in (string[])[$"{new string('x', 192)}{SpiceTicket}", $$"""{"success":false,"msg":"{{new string('x', 4088)}}{{SpiceTicket}}"}"""])
        {
            using var peer = new ScriptedPeer();
            await peer.SayAsync($"{said}{(stage == MtunnelDialect.V2 ? "" : $"{line}\n")}");
            Exception? failure = await Record.ExceptionAsync(async () =>
            {
                await using MtunnelClient client = await MtunnelClient.OpenAsync(peer, Options, Test);
                await peer.SayAsync(stage == MtunnelDialect.V2 ? $"{line}\n" : "");
                await client.Negotiated;
            });
            Assert.IsType<MtunnelGreetingException>(failure);
            AssertUntold([SpiceTicket], failure);
        }
    }

    // the answer to `start` is understood, and names what is no socket
    [Theory]
    [InlineData("""{"migrate":{"addr":"/run/SPICE","proto":"unix"}}""")]
    [InlineData("""{"migrate":{"addr":"/run/qemu-server/100.migrate","proto":"SPICE"}}""")]
    [InlineData("""{"migrate":{"addr":"/run/qemu-server/100.migrate","proto":"unix","unix_sockets":["SPICE"]}}""")]
    [InlineData("""{"migrate":{"addr":"/run/qemu-server/100.migrate","proto":"unix"},"drives":{"SPICE":{}}}""")]
    public void A_SPICE_ticket_in_an_answer_that_is_refused(string answer) => AssertUntold(
        [SpiceTicket],
        Assert.Throws<MigrationTargetException>(
            () => RemoteStart.Read(JsonElement.Parse(Filled(answer)), "/run/qemu-server", 100, [TokenSecret, SpiceTicket])));

    // what the API says to a call with the token in its header
    [Theory]
    [InlineData("HTTP/1.1 500 AUTH\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 401 no\r\nContent-Length: 62\r\n\r\n{\"data\":null,\"message\":\"1f0c55aa-7777-4e0e-9a1b-t0kensecret !\"}")]
    [InlineData("AUTH\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTOKEN\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: TOKEN\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/?AUTH\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 48\r\n\r\nPVEAPIToken=1f0c55aa-7777-4e0e-9a1b-t0kensecret ")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":{\"ticket\":\"SECRET")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nTOKEN")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"data\":{\"ticket\":\"SECRET\",\"socket\":\"/SECRET\",\"upid\":\"TOKEN SECRET\"}}")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"data\":{\"tick\\u0065t\":\"KNOWN\",\"socket\":\"/run/qemu-server/KNOWN\",\"upid\":\"KNOWN\"}}")]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"data\":{\"ticket\":\"SECRET\",\"socket\":7}}")]
    [InlineData(null)]
    public async Task An_API_token(string? answer)
    {
        await using var server = new RawTlsServer(head => Answer(head, answer));
        var options = new PveApiTransportOptions
        {
            Host = "127.0.0.1", Port = server.Port, Node = "pve2", VmId = 100, Authorization = ApiToken, CertificateFingerprint = TestCertificate.Fingerprint,
            TimeProvider = _time, LoggerFactory = _log,
        };
        var failure = await Assert.ThrowsAsync<MtunnelConnectionException>(() => new PveApiTransport(options).ConnectAsync(Test));
        AssertUntold([TokenSecret, Ticket, ProxmoxTicket], failure);
    }

    // the same where the WebSocket's own handshake has it, beside a ticket in its address
    [Theory]
    [InlineData("HTTP/1.1 401 AUTH\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 403 no\r\nContent-Length: 35\r\n\r\n1f0c55aa-7777-4e0e-9a1b-t0kensecret")]
    [InlineData("AUTH\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nTOKEN\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: TOKEN\r\nConnection: Upgrade\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: SECRET\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX: TOK")]
    [InlineData("GET /?ticket=SECRET HTTP/1.1\r\n\r\n")]
    [InlineData(null)]
    public async Task A_bearer_header_and_the_ticket_of_a_WebSocket(string? answer)
    {
        await using var server = new RawTlsServer(head => Answer(head, answer));
        var options = new WebSocketTransportOptions
        {
            Endpoint = new Uri($"wss://127.0.0.1:{server.Port}/mtunnelwebsocket"), Authorization = Bearer, CertificateFingerprint = TestCertificate.Fingerprint,
            TunnelSocket = "/run/qemu-server/100.mtunnel", TunnelTicket = Ticket, TimeProvider = _time, LoggerFactory = _log,
        };
        var failure = await Assert.ThrowsAsync<MtunnelConnectionException>(() => new WebSocketTransport(options).ConnectAsync(Test));
        AssertUntold([TokenSecret, Ticket], failure);
    }

    [Theory]
    [InlineData("PVETUNNEL:65A0F1C2::Ab9+x/s3cretSignature==")]
    [InlineData("no bearer 1f0c55aa-7777-4e0e-9a1b-t0kensecret for ticket=t1cket-s3cret/0123456789+==")]
    [InlineData("1f0c55aa-7777-4e0e-9a1b-t0kensecret, t1cket-s3cret/0123456789+==")]
    public async Task The_word_that_a_WebSocket_is_closed_with(string word)
    {
        (Stream here, Stream there) = FullDuplexStream.CreatePair();
        using WebSocket server = WebSocket.CreateFromStream(there, new WebSocketCreationOptions { IsServer = true });
        var link = new WebSocketLink(WebSocket.CreateFromStream(here, new WebSocketCreationOptions()), TokenSecret, Ticket);
        await using var connection = new LinkConnection(
            link, "WebSocket", new LinkConnectionParts(TimeProvider.System) { ExplainEnd = () => link.WhyClosed }, _log);
        await server.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, word, Test);
        SecretWatch.AssertUntold([TokenSecret, Ticket, ProxmoxTicket], [.. _log.Lines, await connection.Ended.WaitAsync(Test)]);
    }

    // the target's end: what it was told is in no log of its own, whatever it thinks of it
    [Theory]
    [InlineData("""{"cmd":"start","start_params":{},"migrate_opts":{"spice_ticket":"SPICE"}}""")]
    [InlineData("""{"cmd":"start","start_params":{},"migrate_opts":{"spice_ticket":"SPICE"},"spice_ticket":"SPICE"}""")]
    [InlineData("""{"cmd":"start","spice_ticket":"SPICE" """)]
    [InlineData("""{"cmd":"start","start_params":"SPICE","migrate_opts":{}}""")]
    [InlineData("""{"cmd":"set-replication-state","state":"SPICE"}""")]
    [InlineData("""{"cmd":{"spice_ticket":"SPICE"}}""")]
    [InlineData("""{"cmd":"start","migrate_opts":{"spice_ticket":"SPICE""", false)]
    public async Task A_SPICE_ticket_at_the_server(string request, bool isWhole = true)
    {
        (IDuplexPipe clients, IDuplexPipe servers) = FullDuplexStream.CreatePipePair();
        var options = new MtunnelServerOptions
        {
            Dialect = MtunnelDialect.V2, Vmid = 100, LoggerFactory = _log, CleansUpAfter = TimeSpan.Zero, Leases = new Pve.Migration.Tunnel.ProcessLeases(),
        };
        Task serving = MtunnelServer.ServeAsync(servers, new Quoting(), options, Test);
        await clients.Output.WriteAsync(Encoding.UTF8.GetBytes(Filled(request) + (isWhole ? "\n" : "")), Test);
        await clients.Output.CompleteAsync();
        using var heard = new StreamReader(clients.Input.AsStream());
        string answers = await heard.ReadToEndAsync(Test);
        await serving;
        Assert.Contains(_log.Lines, static line => line.Contains("could not be cleaned up", StringComparison.Ordinal));
        SecretWatch.AssertUntold([SpiceTicket], [.. _log.Lines, answers]);
    }

    [Fact]
    public void No_public_text_tells_one()
    {
        var api = new PveApiTransportOptions { Host = "pve2", Node = "pve2", VmId = 100, Authorization = ApiToken };
        object[] texts =
        [
            api,
            new WebSocketTransportOptions { Endpoint = new Uri($"wss://pve2/?ticket={Ticket}"), Authorization = Bearer, TunnelTicket = Ticket },
            new PveRemoteTargetOptions { Api = api, SourceNode = "pve1", Machine = "pc", Config = "", SpiceTicket = SpiceTicket },
            new PveNodeTargetOptions { Ssh = new SshTransportOptions { Host = "pve2" }, SourceNode = "pve1", Machine = "pc", SpiceTicket = SpiceTicket },
            new MtunnelClientOptions { Secrets = [SpiceTicket, TokenSecret] },
            new MtunnelRequest(100, "start", StartParameters),
            new SshCommandResult(0, SpiceTicket, Ticket, new SshFailure(SshFailureKind.None, "ssh ended with code 0")),
            new SshCommandTimeoutException("ssh", $"qm set --password={Ticket}", TimeSpan.FromSeconds(1), SpiceTicket),
        ];
        SecretWatch.AssertUntold([TokenSecret, SpiceTicket, Ticket], texts.Select(static text => text.ToString()!));
    }

    private MtunnelClientOptions Options => new() { TimeProvider = _time, LoggerFactory = _log, Secrets = [SpiceTicket] };

    private static JsonElement StartParameters =>
        JsonElement.Parse($$$"""{"start_params":{},"migrate_opts":{"spice_ticket":"{{{SpiceTicket}}}"}}""");

    private async Task<MtunnelClient> OpenV2Async()
    {
        Task<MtunnelClient> opening = MtunnelClient.OpenAsync(_peer, Options, Test);
        await _peer.PlayAsync($$"""
            <- tunnel online
            <- ver 2
            -> {"cmd":"version"}
            <- {{Version}}
            """);
        MtunnelClient client = await opening;
        Assert.Equal(MtunnelDialect.V2, await client.Negotiated);
        return client;
    }

    private string? Answer(string head, string? answer)
    {
        Assert.Contains(TokenSecret, head, StringComparison.Ordinal);
        if (answer is null)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        return answer is null ? null : Filled(answer);
    }

    private static string Filled(string text) => text
        .Replace("SECRET", Ticket, StringComparison.Ordinal)
        .Replace("KNOWN", ProxmoxTicket, StringComparison.Ordinal)
        .Replace("SPICE", SpiceTicket, StringComparison.Ordinal)
        .Replace("AUTH", ApiToken, StringComparison.Ordinal)
        .Replace("TOKEN", TokenSecret, StringComparison.Ordinal);

    private void AssertUntold(string[] secrets, params Exception?[] failures)
    {
        Assert.NotNull(failures[0]);
        SecretWatch.AssertUntold(secrets, _log.Lines, failures);
    }

    /// <summary>Fails with what it was told.</summary>
    private sealed class Quoting : IMtunnelHandler
    {
        public IReadOnlyCollection<string> Commands => ["start", "set-replication-state"];

        public Task ResumeAsync(int vmid, CancellationToken cancellationToken) => throw Failure();

        public Task<JsonElement> ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException($"cannot do {request}", new IOException(request.Parameters.GetRawText()));

        public Task AbandonAsync(int vmid, CancellationToken cancellationToken) => throw Failure();

        private static IOException Failure() => new($"spice_ticket: {SpiceTicket}");
    }
}
