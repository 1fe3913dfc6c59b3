using System.Net;
using System.Net.Security;

namespace Pve.Migration.Tests.Transports;

public sealed class MultiplexedOverTlsTests : MultiplexedContract
{
    protected override MtunnelListener Listen() => MtunnelListener.ListenTcp(
        new IPEndPoint(IPAddress.Loopback, 0),
        new MtunnelListenerOptions { Tls = new SslServerAuthenticationOptions { ServerCertificate = TestCertificate.Value } });

    protected override IMtunnelTransport Carrier(MtunnelListener listener) => new TcpTransport(
        "127.0.0.1", ((IPEndPoint)listener.EndPoint).Port, new TcpTransportOptions { CertificateFingerprint = TestCertificate.Fingerprint });
}
