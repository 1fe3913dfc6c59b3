using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pve.Qmp;

namespace Pve.Migration.Engine.Preflight;

/// <summary>Whether both sides' files go together, where both seem to lie on this host; only the QEMUs will tell for certain.</summary>
internal static class TlsCheck
{
    private const string Id = "tls";
    private const string UnixScheme = "unix:";
    private const string GiveName = $"Set {nameof(MigrationTls.HostName)}.";

    public static void Run(MigrationTls tls, QmpClient source, QmpClient? target, DateTimeOffset now, Findings findings)
    {
        if (target is null)
        {
            findings.Error(Id, "TLS is made ready over the target's monitor, which is out of reach.", "Let another channel encrypt it, such as ssh.");
        }
        else if (IsHere(source) && IsHere(target))
        {
            try
            {
                Compare(tls, now, findings);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
            {
                // who may not read them cannot compare them: QEMU says what is wrong
            }
        }
    }

    /// <summary>Whether the name that the target's certificate must have is known, as far as the address is by now.</summary>
    public static void LookForName(MigrationTls tls, string? uri, Findings findings)
    {
        if (IsNameless(tls, uri))
        {
            findings.Error(Id, Nameless(uri), GiveName);
        }
    }

    /// <summary>The same once the address is known.</summary>
    /// <exception cref="MigrationFailedException">It is not.</exception>
    public static void ThrowIfNameless(MigrationTls? tls, string uri)
    {
        if (tls is not null && IsNameless(tls, uri))
        {
            throw new MigrationFailedException(Nameless(uri), GiveName);
        }
    }

    private static bool IsNameless(MigrationTls tls, [NotNullWhen(true)] string? uri)
        => tls is { UsesCertificates: true, HostName: null } && uri?.StartsWith("tcp:", StringComparison.Ordinal) == false;

    private static string Nameless(string uri) => $"Which name the target's certificate must have cannot be told from {uri}.";

    private static bool IsHere(QmpClient monitor) => monitor.Name.StartsWith(UnixScheme, StringComparison.Ordinal);

    // A monitor's path may be a forward's, and the target's files those of another host: it warns, and does not refuse.
    private static void Compare(MigrationTls tls, DateTimeOffset now, Findings findings)
    {
        if (tls.UserName is { } user)
        {
            if (KeyOf(tls.SourceDirectory, user) != KeyOf(tls.TargetDirectory, user))
            {
                findings.Warn(Id, $"Both sides do not have the same key of '{user}'.", "Give both the same keys.psk.");
            }

            return;
        }

        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(Path.Combine(tls.SourceDirectory, "ca-cert.pem"));
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(tls.TargetDirectory, "server-cert.pem"));
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        if (!chain.Build(certificate))
        {
            findings.Warn(
                Id, $"The source would not believe the target's certificate: {string.Join(' ', chain.ChainStatus.Select(status => status.StatusInformation))}",
                "Let both be signed by one authority.");
        }
        else if (tls.HostName is { } name && !certificate.MatchesHostname(name))
        {
            findings.Warn(Id, $"The target's certificate is not for '{name}'.", $"Set {nameof(MigrationTls.HostName)} to a name that it is for.");
        }
    }

    private static string? KeyOf(string directory, string user)
        => File.ReadLines(Path.Combine(directory, "keys.psk")).FirstOrDefault(line => line.StartsWith(user + ":", StringComparison.Ordinal));
}
