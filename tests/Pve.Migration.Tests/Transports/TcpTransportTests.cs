using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Migration.Tests.Transports;

public sealed class TcpTransportTests : TransportContract
{
    private MtunnelListener? _listener;
    private Task _serving = Task.CompletedTask;

    protected override Task<IMtunnelTransport> StartAsync() => Task.FromResult<IMtunnelTransport>(new TcpTransport("localhost", Listen()));

    protected override async ValueTask StopAsync()
    {
        if (_listener is not null)
        {
            await _listener.DisposeAsync();
            await _serving;
        }
    }

    [Fact]
    public async Task Nobody_there()
    {
        int port = Listen();
        await StopAsync();
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => new TcpTransport("127.0.0.1", port).ConnectAsync(Test));
        Assert.Contains($"TCP to 127.0.0.1:{port}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains("see that the peer listens there", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("0.0.0.0")]
    [InlineData("2001:db8::1")]
    public async Task In_the_clear_it_does_not_leave_the_machine(string address)
    {
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => new TcpTransport(address, 1).ConnectAsync(Test));
        Assert.Contains("is not loopback", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MtunnelListener.ListenTcp(new IPEndPoint(IPAddress.Parse(address), 0)));
    }

    [Fact]
    public async Task The_right_fingerprint_with_and_without_colons()
    {
        int port = Listen(encrypted: true);
        foreach (string fingerprint in new[] { TestCertificate.Fingerprint, TestCertificate.FingerprintWithColons.ToLowerInvariant() })
        {
            await using MtunnelClient client = await MtunnelClient.OpenAsync(Pinned(port, fingerprint), cancellationToken: Test);
            await client.ResumeAsync(100, Test);
            await client.QuitAsync(Test);
        }
    }

    [Fact]
    public async Task A_wrong_fingerprint_is_told_with_the_seen_one()
    {
        TcpTransport transport = Pinned(Listen(encrypted: true), TestCertificate.OtherFingerprint);
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => transport.ConnectAsync(Test));
        Assert.Contains($"fingerprint is {TestCertificate.Fingerprint}, not {TestCertificate.OtherFingerprint}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = "target" };
        var transport = new TcpTransport("127.0.0.1", Listen(encrypted: true), new TcpTransportOptions { Tls = tls });
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => transport.ConnectAsync(Test));
        Assert.Contains("TLS failed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_speaks_no_TLS_is_told_apart()
    {
        TcpTransport transport = Pinned(Listen(), TestCertificate.Fingerprint);
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => transport.ConnectAsync(Test));
        Assert.Contains("TLS failed", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_never_answers_the_handshake_is_given_up()
    {
        var time = new FakeTimeProvider();
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        silent.Listen();
        var options = new TcpTransportOptions { CertificateFingerprint = TestCertificate.Fingerprint, TimeProvider = time };
        Task<IMtunnelConnection> connecting = new TcpTransport("127.0.0.1", ((IPEndPoint)silent.LocalEndPoint!).Port, options).ConnectAsync(Test);
        using Socket accepted = await silent.AcceptAsync(Test);
        time.Advance(TimeSpan.FromSeconds(10));
        MtunnelConnectionException e = await Assert.ThrowsAsync<MtunnelConnectionException>(() => connecting);
        Assert.Contains("no connection within 10 s", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_stalls_in_its_handshake_holds_nobody_up()
    {
        int port = Listen(encrypted: true);
        using var stalling = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await stalling.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Test);
        await using MtunnelClient client = await MtunnelClient.OpenAsync(Pinned(port, TestCertificate.Fingerprint), cancellationToken: Test);
        await client.ResumeAsync(100, Test);
    }

    [Fact]
    public async Task And_is_turned_away_in_the_end()
    {
        var time = new FakeTimeProvider();
        int port = Listen(encrypted: true, time);
        using var stalling = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await stalling.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), Test);
        Task<int> end = UnixSockets.ReceiveAsync(stalling, Test);
        while (!end.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(0, await end);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AB")]
    [InlineData("zz:00")]
    public void A_fingerprint_that_is_none_is_refused(string fingerprint) =>
        Assert.ThrowsAny<ArgumentException>(() => Pinned(1, fingerprint));

    [Fact]
    public void One_way_to_trust_at_a_time() => Assert.Throws<ArgumentException>(() => new TcpTransport(
        "h", 1, new TcpTransportOptions { Tls = new SslClientAuthenticationOptions(), CertificateFingerprint = TestCertificate.Fingerprint }));

    private static TcpTransport Pinned(int port, string fingerprint) =>
        new("127.0.0.1", port, new TcpTransportOptions { CertificateFingerprint = fingerprint });

    private int Listen(bool encrypted = false, TimeProvider? time = null)
    {
        _listener = MtunnelListener.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), new MtunnelListenerOptions
        {
            Tls = encrypted ? new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Value } : null,
            TimeProvider = time ?? TimeProvider.System,
        });
        _serving = _listener.ServeAsync((connection, stop) => Serve(connection, stop), Test);
        return ((IPEndPoint)_listener.EndPoint).Port;
    }
}
