using System.Buffers;
using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Pve.Migration.Engine.Preflight;

/// <summary>What both sides' files say of each other, as their QEMUs will find once they talk: each asks for the other's certificate.</summary>
/// <param name="tls">Which files.</param>
/// <param name="here">Those of the source's QEMU.</param>
/// <param name="there">Those of the target's.</param>
/// <param name="now">When.</param>
/// <param name="findings">What is wrong.</param>
internal sealed class TlsComparison(MigrationTls tls, QemuFiles here, QemuFiles there, DateTimeOffset now, Findings findings)
{
    private const string Authorities = "ca-cert.pem";
    private const string ClientCertificate = "client-cert.pem";
    private const string ServerCertificate = "server-cert.pem";
    private const string Keys = "keys.psk";

    private const string CommonName = "CN=";

    private static readonly SearchValues<char> Plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    private bool AreCertain => here.AreCertain && there.AreCertain;

    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">By us it cannot.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file is no certificate's.</exception>
    public void Run()
    {
        // a relative one begins where that QEMU was started
        if (!Path.IsPathRooted(tls.SourceDirectory) || !Path.IsPathRooted(tls.TargetDirectory))
        {
            return;
        }

        if (tls.UserName is { } user)
        {
            CompareKeys(user);
        }
        else if (Certificates(here, tls.SourceDirectory, Authorities) is { } trustedHere && Certificates(there, tls.TargetDirectory, ServerCertificate) is { } server
            && Certificates(there, tls.TargetDirectory, Authorities) is { } trustedThere && Certificates(here, tls.SourceDirectory, ClientCertificate) is { } client)
        {
            Doubt(trustedHere, server, "The source would not believe the target's certificate");
            Doubt(trustedThere, client, "The target would not believe the source's certificate");
            CompareName(server[0]);
            CompareClientName(client[0]);
        }
    }

    private void CompareKeys(string user)
    {
        if (PathOf(here, tls.SourceDirectory, Keys) is { } ours && PathOf(there, tls.TargetDirectory, Keys) is { } theirs)
        {
            if (KeyOf(ours, user) is not { } key)
            {
                Tell(here.AreCertain, $"The source has no key of '{user}'.", $"Add it to {Path.Join(tls.SourceDirectory, Keys)}.");
            }
            else if (KeyOf(theirs, user)?.Equals(key, StringComparison.OrdinalIgnoreCase) != true)
            {
                Tell(AreCertain, $"Both sides do not have the same key of '{user}'.", $"Give both the same {Keys}.");
            }
        }
    }

    private void Doubt(X509Certificate2Collection authorities, X509Certificate2Collection sent, string saying)
    {
        if (CertificateDoubt.Find(authorities, sent, now) is { } doubt)
        {
            Tell(AreCertain && doubt.IsCertain, $"{saying}: {doubt.Text}", "Let both have certificates that are valid, and signed by one authority.");
        }
    }

    // Where a name is a pattern's or an address's, GnuTLS may think otherwise.
    private void CompareName(X509Certificate2 certificate)
    {
        if (tls.HostName is { } name && !certificate.MatchesHostname(name))
        {
            var isPlain = !IPAddress.TryParse(name, out _)
                && !certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames()).Any(other => other.Contains('*', StringComparison.Ordinal))
                && !certificate.Subject.Contains('*', StringComparison.Ordinal);
            Tell(
                there.AreCertain && isPlain, $"The target's certificate is not for '{name}'.", $"Set {nameof(MigrationTls.HostName)} to a name that it is for.");
        }
    }

    // QEMU compares the text that GnuTLS makes of the whole name: only where that is one plain word can we know it.
    private void CompareClientName(X509Certificate2 certificate)
    {
        if (tls.ClientName is { } name && certificate.Subject is var subject && subject != name
            && subject.StartsWith(CommonName, StringComparison.Ordinal) && subject.AsSpan(CommonName.Length).IndexOfAnyExcept(Plain) < 0)
        {
            Tell(here.AreCertain, $"The source's certificate is for '{subject}', and the target lets in '{name}' alone.", $"Set {nameof(MigrationTls.ClientName)} to what it is for.");
        }
    }

    private X509Certificate2Collection? Certificates(QemuFiles side, string directory, string name)
    {
        if (PathOf(side, directory, name) is not { } path)
        {
            return null;
        }

        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(path);
        return all.Count > 0 ? all : null;
    }

    // Where it is for us; one that is not there is told.
    private string? PathOf(QemuFiles side, string directory, string name)
    {
        var path = side.Find(Path.Join(directory, name));
        try
        {
            using (File.OpenHandle(path))
            {
                return path;
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && side.AreCertain)
        {
            Tell(true, $"The {(side == here ? "source" : "target")} has no {Path.Join(directory, name)}.", "Let TLS take its files from a folder that has them.");
            return null;
        }
    }

    private void Tell(bool isCertain, string text, string remedy) => findings.Doubt(isCertain, TlsCheck.Id, text, remedy);

    private static string? KeyOf(string path, string user)
        => File.ReadLines(path).FirstOrDefault(line => line.StartsWith(user + ":", StringComparison.Ordinal))?[(user.Length + 1)..].Trim();
}
