using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Pve.Migration.Testing;

/// <summary>What two QEMUs need to speak TLS with each other, in a folder for each, as <see cref="MigrationTls"/> takes them.</summary>
public sealed class TlsFolders
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int KeyBytes = 32;

    // ffdhe2048 of RFC 7919: where a folder has none, QEMU 7.2 makes its own, which takes seconds.
    private const string DhParameters = """
        -----BEGIN DH PARAMETERS-----
        MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
        +8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
        87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
        YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
        7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
        ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
        -----END DH PARAMETERS-----

        """;

    private TlsFolders(string directory)
    {
        Source = CreateFolder(Path.Combine(directory, "source"));
        Target = CreateFolder(Path.Combine(directory, "target"));
        File.WriteAllText(Path.Combine(Target, "dh-params.pem"), DhParameters);
    }

    /// <summary>The source's folder.</summary>
    public string Source { get; }

    /// <summary>The target's folder.</summary>
    public string Target { get; }

    /// <summary>Makes certificates of a new authority: the source's for <c>CN=source</c>, the target's for a name and for the loopback addresses.</summary>
    /// <param name="directory">Where; it is made if it is not there.</param>
    /// <param name="hostName">The target's name.</param>
    public static TlsFolders CreateX509(string directory, string hostName = "localhost")
    {
        var folders = new TlsFolders(directory);
        using var key = NewKey();
        var request = Request("CN=authority", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var now = TimeProvider.System.GetUtcNow();
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(7));
        foreach (var folder in new[] { folders.Source, folders.Target })
        {
            File.WriteAllText(Path.Combine(folder, "ca-cert.pem"), authority.ExportCertificatePem());
        }

        Issue(authority, folders.Source, "client", "CN=source", "1.3.6.1.5.5.7.3.2", null);
        Issue(authority, folders.Target, "server", "CN=target", "1.3.6.1.5.5.7.3.1", hostName);
        return folders;
    }

    /// <summary>Makes a key that both have.</summary>
    /// <param name="directory">Where; it is made if it is not there.</param>
    /// <param name="userName">Whose key it is.</param>
    public static TlsFolders CreatePsk(string directory, string userName = "qemu")
    {
        var folders = new TlsFolders(directory);
        var line = $"{userName}:{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes))}\n";
        File.WriteAllText(Path.Combine(folders.Source, "keys.psk"), line);
        File.WriteAllText(Path.Combine(folders.Target, "keys.psk"), line);
        return folders;
    }

    private static void Issue(X509Certificate2 authority, string folder, string name, string subject, string purpose, string? hostName)
    {
        using var key = NewKey();
        var request = Request(subject, key);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (hostName is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(hostName);
            names.AddIpAddress(IPAddress.Loopback);
            names.AddIpAddress(IPAddress.IPv6Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        using var certificate = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(folder, name + "-cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, name + "-key.pem"), key.ExportPkcs8PrivateKeyPem());
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static CertificateRequest Request(string subject, ECDsa key) => new(subject, key, HashAlgorithmName.SHA256);

    private static string CreateFolder(string path)
        => (OperatingSystem.IsWindows() ? Directory.CreateDirectory(path) : Directory.CreateDirectory(path, OwnerOnly)).FullName;
}
