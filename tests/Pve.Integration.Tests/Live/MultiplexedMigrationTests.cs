using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pve.Migration;
using Pve.Migration.Testing;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>A real guest's RAM and its resume over one TLS connection.</summary>
public sealed class MultiplexedMigrationTests
{
    [Fact]
    public async Task A_guest_arrives_whole_over_one_connection()
    {
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var handler = HandlerFor(host);
        using var certificate = Certificate();
        await using var listener = MtunnelListener.ListenTcp(
            new IPEndPoint(IPAddress.Loopback, 0),
            new MtunnelListenerOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = certificate } });
        var server = new MultiplexedServerOptions { AllowedSockets = [host.MigrationPath] };
        var serving = listener.ServeAsync(
            (connection, stop) => MultiplexedServer.ServeAsync(
                connection, (tunnel, token) => MtunnelServer.ServeAsync(tunnel, handler, cancellationToken: token), server, stop), Cancellation);
        await using (var target = new TunnelTarget(host.AsIncoming(Forward(host)), Transport(listener, certificate, host)))
        {
            var report = await bench.MigrateAsync(target);

            await bench.AssertArrivedAsync(host, report);
            MigrationTests.AssertLedgerExplains(report);
            Assert.Equal("v1", target.Dialect);
        }

        Assert.False(File.Exists(Forward(host)));
        await listener.DisposeAsync();
        await serving;
    }

    private static MultiplexedTransport Transport(MtunnelListener listener, X509Certificate2 certificate, GuestHost host)
    {
        var options = new TcpTransportOptions { CertificateFingerprint = Convert.ToHexString(SHA256.HashData(certificate.RawData)) };
        return new MultiplexedTransport(
            new TcpTransport("127.0.0.1", ((IPEndPoint)listener.EndPoint).Port, options),
            new MultiplexedTransportOptions { Forwards = [new SocketForward(Forward(host), host.MigrationPath)] });
    }

    private static string Forward(GuestHost host) => Path.Combine(host.Folder, "forward");

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=target", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
