using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;
using Pve.Migration.Transports;

namespace Pve.Migration.Tests.Transports;

/// <summary>Sockets forwarded over TCP: each connection to one begins with a ticket, at the listener that serves the tunnel.</summary>
public sealed class TcpForwardTests : ForwardingContract, IMtunnelHandler
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordingLoggerFactory _log = new();
    private readonly MtunnelTickets _tickets;
    private readonly List<(MtunnelListener Listener, Task Serving)> _listeners = [];

    public TcpForwardTests()
    {
        _tickets = new MtunnelTickets(_time);
        _tickets.Allow(Far);
    }

    public IReadOnlyCollection<string> Commands => ["ticket"];

    // What a test serves says nothing of forwards, so they have a tunnel of their own beside it.
    protected override Task<IMtunnelTransport> StartAsync()
    {
        int tunnels = Listen(Serve), forwards = Listen();
        return Task.FromResult<IMtunnelTransport>(new Pair(new TcpTransport("127.0.0.1", tunnels), Transport(forwards)));
    }

    protected override async ValueTask StopAsync()
    {
        foreach ((MtunnelListener listener, Task serving) in _listeners)
        {
            await listener.DisposeAsync();
            await serving;
        }

        _log.Dispose();
    }

    Task IMtunnelHandler.ResumeAsync(int vmid, CancellationToken cancellationToken) => Task.CompletedTask;

    Task<JsonElement> IMtunnelHandler.ExecuteAsync(MtunnelRequest request, CancellationToken cancellationToken) => Task.FromResult(
        JsonSerializer.SerializeToElement(new { ticket = _tickets.Issue(request.Parameters.GetProperty("path").GetString()!) }));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_tunnel_gets_the_tickets_of_its_forwards_itself(bool encrypted)
    {
        var options = new TcpTransportOptions { Forwards = [new SocketForward(Near, Far)] };
        if (encrypted)
        {
            options = options with { CertificateFingerprint = TestCertificate.Fingerprint, ClientCertificate = TestCertificate.Value };
        }

        int port = Listen(tls: encrypted ? AsksForCertificates(TestCertificate.Fingerprint) : null);
        await using MtunnelClient client = await MtunnelClient.OpenAsync(new TcpTransport("127.0.0.1", port, options), cancellationToken: Test);
        await client.Negotiated;
        Assert.True(client.Can("forward"));
        using Socket listener = UnixSockets.Listen(Far);
        for (int i = 0; i < 2; i++)
        {
            using Socket near = await UnixSockets.ConnectAsync(Near, Test);
            using Socket far = await listener.AcceptAsync(Test);
            Task<byte[]> farEnd = UnixSockets.ExchangeAsync(far, "back"u8.ToArray(), Test);
            Assert.Equal("back"u8.ToArray(), await UnixSockets.ExchangeAsync(near, "there"u8.ToArray(), Test));
            Assert.Equal("there"u8.ToArray(), await farEnd);
        }

        await client.QuitAsync(Test);
    }

    // TCP_USER_TIMEOUT of netinet/tcp.h: Linux ends a connection after it whose reader takes nothing
    [Fact]
    public void A_reader_of_RAM_may_stop_for_longer_than_a_tunnels()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        TcpSocket.Tune(socket);
        Assert.Equal(20_000, UserTimeout());
        TcpSocket.MayStandStill(socket);
        Assert.Equal(0, UserTimeout());

        int UserTimeout()
        {
            byte[] value = new byte[4];
            socket.GetRawSocketOption(6, 18, value);
            return BitConverter.ToInt32(value);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another")]
    public async Task Who_shows_no_certificate_or_another_has_no_tunnel(string? shows)
    {
        int port = Listen(tls: AsksForCertificates(TestCertificate.OtherFingerprint));
        var options = new TcpTransportOptions
        {
            CertificateFingerprint = TestCertificate.Fingerprint, ClientCertificate = shows is null ? null : TestCertificate.Value,
        };
        await Assert.ThrowsAnyAsync<MtunnelException>(() => MtunnelClient.OpenAsync(new TcpTransport("127.0.0.1", port, options), cancellationToken: Test));
    }

    [Fact]
    public async Task A_ticket_is_for_one_connection_to_one_socket_and_for_30_seconds()
    {
        string other = Path.Combine(Folder, "b.far");
        _tickets.Allow(other);
        using Socket listener = UnixSockets.Listen(Far), another = UnixSockets.Listen(other);
        int port = Listen();
        string used = _tickets.Issue(Far);
        Assert.Equal("""{"success":true}""", await AskAsync(port, Far, used));
        Assert.Contains("was used", await AskAsync(port, Far, used), StringComparison.Ordinal);
        Assert.Contains("not for this socket", await AskAsync(port, other, _tickets.Issue(Far)), StringComparison.Ordinal);
        Assert.Contains("not for this socket", await AskAsync(port, Far, "guessed"), StringComparison.Ordinal);
        string late = _tickets.Issue(Far);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Contains("too old", await AskAsync(port, Far, late), StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Lines, line => line.Contains(used, StringComparison.Ordinal) || line.Contains(late, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/../a.far", "no empty parts")]
    [InlineData("/other", "not among those")]
    [InlineData("/link.far", "is no socket")]
    [InlineData("/missing.far", "is no socket")]
    public async Task Whatever_was_handed_out_only_allowed_sockets_are_opened(string end, string why)
    {
        using Socket listener = UnixSockets.Listen(Far), other = UnixSockets.Listen(Path.Combine(Folder, "other"));
        File.CreateSymbolicLink(Path.Combine(Folder, "link.far"), Far);
        string path = Folder + end;
        _tickets.Allow(path);
        Assert.Contains(why, await AskAsync(Listen(), path, _tickets.Issue(path)), StringComparison.Ordinal);
        File.Delete(Path.Combine(Folder, "link.far"));
    }

    [Theory]
    [InlineData("""{"cmd":"forward"}""")]
    [InlineData("""{"cmd":"forward","path":1,"ticket":2}""")]
    [InlineData("""{"cmd":"forward","path":"/x","ticket":"y","more":1}""")]
    [InlineData("""{"cmd":"forward","path":"/x","ticket":null}""")]
    public async Task What_is_no_request_is_refused(string line)
    {
        await using IMtunnelConnection connection = await new TcpTransport("127.0.0.1", Listen()).ConnectAsync(Test);
        Assert.StartsWith("""{"success":false,""", (await SayAsync(connection, line)).Last, StringComparison.Ordinal);
        await connection.Ended.WaitAsync(Test);
    }

    [Fact]
    public async Task Behind_another_line_it_is_too_late()
    {
        await using IMtunnelConnection connection = await new TcpTransport("127.0.0.1", Listen()).ConnectAsync(Test);
        (_, string last) = await SayAsync(connection, $$"""
            {"cmd":"version"}
            {"cmd":"forward","path":"{{Far}}","ticket":"{{_tickets.Issue(Far)}}"}
            """, lines: 4);
        Assert.Contains("begins a connection of its own", last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Not_more_than_so_many_at_once()
    {
        using Socket listener = UnixSockets.Listen(Far);
        int port = Listen(may: new MtunnelForwarderOptions { AllowedSockets = [Path.Combine(Folder, "*.far")], MaxConnections = 1 });
        IMtunnelConnection first = await new TcpTransport("127.0.0.1", port).ConnectAsync(Test);
        Assert.Equal("""{"success":true}""", (await SayAsync(first, Request(Far, _tickets.Issue(Far)))).Last);
        string waiting = _tickets.Issue(Far);
        Assert.Contains("1 connections are open", await AskAsync(port, Far, waiting), StringComparison.Ordinal);
        using (Socket far = await listener.AcceptAsync(Test))
        {
            await first.DisposeAsync();
            await UnixSockets.ReceiveAsync(far, Test);
        }

        string answer;
        do
        {
            answer = await AskAsync(port, Far, waiting); // one that was refused for want of a place is not used up
        }
        while (answer.Contains("are open", StringComparison.Ordinal));
        Assert.Equal("""{"success":true}""", answer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"cmd\":\"forw")]
    public async Task A_client_that_does_not_say_what_it_wants_is_ended(string begun)
    {
        await using IMtunnelConnection connection = await new TcpTransport("127.0.0.1", Listen()).ConnectAsync(Test);
        await connection.Output.WriteAsync(Encoding.UTF8.GetBytes(begun), Test);
        while (!connection.Ended.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        string said = Encoding.UTF8.GetString((await connection.Input.ReadAtLeastAsync(1000, Test)).Buffer);
        Assert.Contains("not ended within 10 s", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forward_takes_over_no_lease_and_leaves_none()
    {
        var leases = new CountedLeases();
        int port = Listen(leases: leases);
        using Socket listener = UnixSockets.Listen(Far);
        await using MtunnelClient client = await MtunnelClient.OpenAsync(new TcpTransport("127.0.0.1", port), cancellationToken: Test);
        await client.Negotiated;
        Assert.Equal("""{"success":true}""", await AskAsync(port, Far, _tickets.Issue(Far)));
        await (await new TcpTransport("127.0.0.1", port).ConnectAsync(Test)).DisposeAsync(); // said nothing
        Assert.Equal(1, leases.Taken);
        await client.QuitAsync(Test);
    }

    [Fact]
    public async Task A_peer_that_forwards_nothing_is_told_apart()
    {
        int port = Listen((pipe, stop) => MtunnelServer.ServeAsync(pipe, this, cancellationToken: stop));
        await using IMtunnelConnection connection = await Transport(port).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using Socket near = await UnixSockets.ConnectAsync(Near, Test);
        Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
        Assert.Contains("older dialect", forward.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_tunnel_or_a_source_there_are_no_tickets()
    {
        await using IMtunnelConnection connection = await new TcpTransport("127.0.0.1", Listen()).ConnectAsync(Test);
        await using IForwardedSocket forward = await connection.ForwardAsync(new SocketForward(Near, Far), Test);
        using Socket near = await UnixSockets.ConnectAsync(Near, Test);
        Assert.Equal(0, await UnixSockets.ReceiveAsync(near, Test));
        Assert.Contains("open the tunnel with an MtunnelClient", forward.LastFailure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clients_over_the_limit_are_served_once_another_is_done()
    {
        var served = Channel.CreateUnbounded<IDuplexPipe>();
        int port = Listen(async (pipe, stop) =>
        {
            served.Writer.TryWrite(pipe);
            await MtunnelServer.ServeAsync(pipe, this, cancellationToken: stop);
        }, maxClients: 1);
        MtunnelListener listener = _listeners.Single().Listener;
        await using MtunnelClient first = await MtunnelClient.OpenAsync(new TcpTransport("127.0.0.1", port), cancellationToken: Test);
        await first.ResumeAsync(100, Test);
        await served.Reader.ReadAsync(Test);

        // who serves takes no other meanwhile, so that another one gets it
        Task<IMtunnelConnection> beside = listener.AcceptAsync(Test);
        Task<IDuplexPipe> more = served.Reader.ReadAsync(Test).AsTask();
        await using IMtunnelConnection second = await new TcpTransport("127.0.0.1", port).ConnectAsync(Test);
        Assert.Same(beside, await Task.WhenAny(beside, more).WaitAsync(Test));
        await (await beside).DisposeAsync();

        await first.QuitAsync(Test);
        await using MtunnelClient third = await MtunnelClient.OpenAsync(new TcpTransport("127.0.0.1", port), cancellationToken: Test);
        await third.ResumeAsync(100, Test);
        await more.WaitAsync(Test);
    }

    private static SslServerAuthenticationOptions AsksForCertificates(string fingerprint) => new()
    {
        ServerCertificate = TestCertificate.Value,
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, shown, _, _) =>
            shown?.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256) == fingerprint,
    };

    private static string Request(string path, string ticket) => $$"""{"cmd":"forward","path":"{{path}}","ticket":"{{ticket}}"}""";

    private TcpTransport Transport(int port) =>
        new("127.0.0.1", port, new TcpTransportOptions { RequestTicket = (path, _) => Task.FromResult(IssueAnyway(path)) });

    // the tests of the paths themselves want the transport's word, not the issuer's
    private string IssueAnyway(string path)
    {
        _tickets.Allow(path);
        return _tickets.Issue(path);
    }

    // What is answered to one connection's first line.
    private static async Task<string> AskAsync(int port, string path, string ticket)
    {
        await using IMtunnelConnection connection = await new TcpTransport("127.0.0.1", port).ConnectAsync(Test);
        return (await SayAsync(connection, Request(path, ticket))).Last;
    }

    private static async Task<(string All, string Last)> SayAsync(IMtunnelConnection connection, string said, int lines = 3)
    {
        await connection.Output.WriteAsync(Encoding.UTF8.GetBytes(said + "\n"), Test);
        while (true)
        {
            ReadResult read = await connection.Input.ReadAsync(Test);
            string all = Encoding.UTF8.GetString(read.Buffer);
            connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (all.Count(c => c == '\n') >= lines || read.IsCompleted)
            {
                return (all, all.TrimEnd('\n').Split('\n')[^1]);
            }
        }
    }

    private int Listen(
        Func<IDuplexPipe, CancellationToken, Task>? serve = null, MtunnelForwarderOptions? may = null, SslServerAuthenticationOptions? tls = null,
        IMtunnelLeases? leases = null, int maxClients = 256)
    {
        may ??= new MtunnelForwarderOptions { AllowedSockets = [Path.Combine(Folder, "*.far")], LoggerFactory = _log };
        var server = new MtunnelServerOptions
        {
            Dialect = MtunnelDialect.V2, Vmid = 100, Forwarder = new MtunnelForwarder(_tickets, may), TimeProvider = _time, LoggerFactory = _log,
            CleansUpAfter = leases is null ? null : TimeSpan.FromMinutes(5), Leases = leases ?? MtunnelLeases.Process,
        };
        MtunnelListener listener = MtunnelListener.ListenTcp(
            new IPEndPoint(IPAddress.Loopback, 0), new MtunnelListenerOptions { Tls = tls, MaxClients = maxClients, LoggerFactory = _log });
        _listeners.Add((listener, listener.ServeAsync(serve ?? ((pipe, stop) => MtunnelServer.ServeAsync(pipe, this, server, stop)), Test)));
        return ((IPEndPoint)listener.EndPoint).Port;
    }

    private sealed class CountedLeases : IMtunnelLeases, IMtunnelLease
    {
        public int Taken { get; private set; }

        public Task<IMtunnelLease> JoinAsync(int vmid, CancellationToken cancellationToken = default)
        {
            Taken++;
            return Task.FromResult<IMtunnelLease>(this);
        }

        public Task<bool> EndAsync(TimeSpan after, Func<Task> act, TimeProvider time, CancellationToken cancellationToken = default) => Task.FromResult(true);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Pair(IMtunnelTransport tunnel, IMtunnelTransport forwards) : IMtunnelTransport
    {
        public string Name => tunnel.Name;

        public async Task<IMtunnelConnection> ConnectAsync(CancellationToken cancellationToken) =>
            new Joined(await tunnel.ConnectAsync(cancellationToken), await forwards.ConnectAsync(cancellationToken));
    }

    private sealed class Joined(IMtunnelConnection tunnel, IMtunnelConnection forwards) : IMtunnelConnection
    {
        public PipeReader Input => tunnel.Input;

        public PipeWriter Output => tunnel.Output;

        public Task<string> Ended => tunnel.Ended;

        public Task<IForwardedSocket> ForwardAsync(SocketForward forward, CancellationToken cancellationToken = default) =>
            forwards.ForwardAsync(forward, cancellationToken);

        public async ValueTask DisposeAsync()
        {
            await forwards.DisposeAsync();
            await tunnel.DisposeAsync();
        }
    }
}
