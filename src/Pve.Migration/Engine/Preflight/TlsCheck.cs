using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Pve.Qmp;

namespace Pve.Migration.Engine.Preflight;

/// <summary>Whether both sides' files go together, where both are this host's; where they only seem to be, it warns.</summary>
internal static class TlsCheck
{
    public const string Id = "tls";

    private const string GiveName = $"Set {nameof(MigrationTls.HostName)}.";

    public static void Run(MigrationTls tls, QmpClient source, QmpClient? target, DateTimeOffset now, Findings findings)
    {
        if (target is null)
        {
            findings.Error(Id, "TLS is made ready over the target's monitor, which is out of reach.", "Let another channel encrypt it, such as ssh.");
        }
        else if (QemuFiles.Of(source) is { } here && QemuFiles.Of(target) is { } there)
        {
            Compare(tls, here, there, now, findings);
        }
    }

    /// <summary>The same, with each side's files; who may not read them cannot compare them, and QEMU says what is wrong.</summary>
    public static void Compare(MigrationTls tls, QemuFiles here, QemuFiles there, DateTimeOffset now, Findings findings)
    {
        try
        {
            new TlsComparison(tls, here, there, now, findings).Run();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // as said
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
}
