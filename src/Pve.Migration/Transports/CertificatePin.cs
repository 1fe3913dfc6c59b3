using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pve.Migration.Transports;

// Trust in one certificate by its SHA-256 fingerprint: who signed it, for which name and until when does not matter then,
// as with Proxmox VE's remote clusters, whose certificates sign themselves.
internal sealed class CertificatePin
{
    private readonly byte[] _expected;

    private CertificatePin(byte[] expected) => _expected = expected;

    // said of the last certificate that was not the right one
    public string? Complaint { get; private set; }

    public static CertificatePin Parse(string fingerprint, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(fingerprint, name);
        string digits = fingerprint.Replace(":", "", StringComparison.Ordinal);
        return digits.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit)
            ? new CertificatePin(Convert.FromHexString(digits))
            : throw new ArgumentException($"'{fingerprint}' is no SHA-256 fingerprint: 64 hexadecimal digits, with or without colons", name);
    }

    public bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        byte[]? seen = certificate is null ? null : SHA256.HashData(certificate.GetRawCertData());
        if (seen is not null && CryptographicOperations.FixedTimeEquals(seen, _expected))
        {
            return true;
        }

        Complaint = seen is null
            ? "the peer showed no certificate"
            : $"the certificate's fingerprint is {Show(seen)}, not {Show(_expected)}: the host was reinstalled, or somebody sits in between";
        return false;
    }

    private static string Show(byte[] hash) => Convert.ToHexString(hash);
}
