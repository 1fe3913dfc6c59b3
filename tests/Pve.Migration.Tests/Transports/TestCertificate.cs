using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pve.Migration.Tests.Transports;

/// <summary>A certificate that signed itself and expired long ago, as only a pinned fingerprint accepts.</summary>
internal static class TestCertificate
{
    public static X509Certificate2 Value { get; } = Create("CN=target");

    public static string Fingerprint => Convert.ToHexString(SHA256.HashData(Value.RawData));

    /// <summary>As Proxmox VE writes them.</summary>
    public static string FingerprintWithColons => string.Join(':', SHA256.HashData(Value.RawData).Select(static b => b.ToString("X2")));

    public static string OtherFingerprint => Fingerprint[..^2] + (Fingerprint[^1] == '0' ? "F1" : "F0");

    private static X509Certificate2 Create(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2021, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
