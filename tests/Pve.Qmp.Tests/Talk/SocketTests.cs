using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;

namespace Pve.Qmp.Tests.Talk;

/// <summary>Who owns which socket and file descriptor, and until when.</summary>
[SupportedOSPlatform("linux")]
public sealed class SocketTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_descriptor_that_could_not_be_sent_is_its_owners_to_close()
    {
        using var peer = new SocketPeer();
        var time = new FakeTimeProvider();
        var (client, server) = await peer.EstablishAsync(new QmpClientOptions { TimeProvider = time });
        using var held = server;
        await using var disposed = client;
        server.Shutdown(SocketShutdown.Receive); // the client's next byte breaks the connection
        var file = File.OpenHandle("/dev/null");
        var number = file.DangerousGetHandle();
        var call = client.ExecuteAsync("getfd", call: new QmpCallOptions { FileDescriptor = file }, cancellationToken: Ct);
        time.Advance(TimeSpan.FromSeconds(1)); // for what the peer may say last
        await Assert.ThrowsAsync<QmpConnectionException>(() => call);
        await client.DisposeAsync();
        file.Dispose();
        Assert.NotEqual("/dev/null", new FileInfo($"/proc/self/fd/{number}").LinkTarget);
    }

    [Fact]
    public async Task A_file_descriptor_that_does_not_block_is_taken()
    {
        using var peer = new SocketPeer();
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(peer.Path), Ct);
        socket.Blocking = false;
        var connecting = QmpClient.ConnectAsync(socket, "handed over", cancellationToken: Ct);
        using var server = await peer.AcceptAsync();
        await using var client = await connecting;
        Assert.False(client.Ended.IsCompleted);
    }

    [Fact]
    public async Task Whose_process_is_at_the_other_end_of_a_unix_socket_is_known()
    {
        using var peer = new SocketPeer();
        var (client, server) = await peer.EstablishAsync();
        using var held = server;
        await using var disposed = client;
        Assert.Equal(Environment.ProcessId, client.PeerProcessId);

        await using var scripted = new ScriptedQmpPeer();
        await using var other = await scripted.EstablishAsync();
        Assert.Null(other.PeerProcessId);
    }

    [Fact]
    public async Task A_socket_that_listens_is_refused_and_stays_its_owners()
    {
        var path = Path.Combine(Path.GetTempPath(), $"qmp-{Guid.NewGuid():N}");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        var endpoint = QmpEndpoint.FileDescriptor((int)socket.SafeHandle.DangerousGetHandle());
        var failure = await Assert.ThrowsAsync<QmpConnectionException>(() => QmpClient.ConnectAsync(endpoint, cancellationToken: Ct));
        Assert.Contains("no connected socket", failure.Message, StringComparison.Ordinal);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path), Ct);
        using var accepted = await socket.AcceptAsync(Ct);
    }

    [Fact]
    public async Task A_stream_may_be_encrypted()
    {
        using var key = RSA.Create(2048);
        using var certificate = X509CertificateLoader.LoadPkcs12(
            new CertificateRequest("CN=qemu", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200)).Export(X509ContentType.Pkcs12), null);
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        listener.Listen();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(listener.LocalEndPoint!, Ct);
        await using var serverTls = new SslStream(new NetworkStream(await listener.AcceptAsync(Ct), ownsSocket: true));
        var accepting = serverTls.AuthenticateAsServerAsync(certificate);
        var tls = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false, (_, presented, _, _) => presented!.Equals(certificate));
        await tls.AuthenticateAsClientAsync("qemu");
        await accepting;

        var connecting = QmpClient.ConnectAsync(tls, "tls", cancellationToken: Ct);
        await serverTls.WriteAsync(SocketPeer.Opening, Ct);
        var client = await connecting;
        var call = client.ExecuteAsync("ping", cancellationToken: Ct);
        await serverTls.WriteAsync("{\"return\": 1, \"id\": 1}\r\n"u8.ToArray(), Ct);
        Assert.Equal(1, (await call).GetInt32());
        var waiting = client.ExecuteAsync("wait", cancellationToken: Ct);
        await client.DisposeAsync();
        await Assert.ThrowsAsync<QmpConnectionException>(() => waiting);
        Assert.Throws<ObjectDisposedException>(() => socket.Available);
    }
}
