using System.Security.Cryptography.X509Certificates;

namespace Pve.Migration.Engine.Preflight;

/// <summary>Why one side would not believe the other's certificate.</summary>
/// <param name="Text">What is wrong with it.</param>
/// <param name="IsCertain">Whether GnuTLS, which QEMU asks, surely finds the same.</param>
internal sealed record CertificateDoubt(string Text, bool IsCertain)
{
    private static readonly CertificateDoubt Unsigned = new("none of the other side's authorities signed it.", IsCertain: true);

    private const X509ChainStatusFlags NoMatter = X509ChainStatusFlags.NoError | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    /// <summary>Looks for one; null where there is none.</summary>
    /// <param name="authorities">Whom the one side trusts, be they roots or not.</param>
    /// <param name="sent">What the other side sends: its own certificate, then those between it and an authority.</param>
    /// <param name="now">When.</param>
    public static CertificateDoubt? Find(X509Certificate2Collection authorities, X509Certificate2Collection sent, DateTimeOffset now)
    {
        // One at a time: of two authorities of one name, as after a change of keys, only one is tried.
        var doubts = authorities.Select(authority => Find(authority, sent, now)).ToList();
        return doubts.Contains(null) ? null
            : doubts.Find(doubt => doubt is { IsCertain: false }) ?? doubts.Find(doubt => doubt != Unsigned) ?? Unsigned;
    }

    private static CertificateDoubt? Find(X509Certificate2 authority, X509Certificate2Collection sent, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.Build(sent[0]);

        // What stands above an authority is nobody's concern.
        var elements = chain.ChainElements.ToList();
        var last = elements.FindIndex(element => element.Certificate.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span));
        var wrong = elements.Take(last + 1).SelectMany(element => element.ChainElementStatus).Where(status => (status.Status & ~NoMatter) != 0).ToList();
        return last < 0 || wrong.Exists(status => status.Status.HasFlag(X509ChainStatusFlags.NotSignatureValid)) ? Unsigned
            : wrong.Exists(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) ? new CertificateDoubt("it, or its authority's, is not valid now.", IsCertain: true)
            : wrong.Count > 0 ? new CertificateDoubt(string.Join(' ', wrong.Select(status => status.StatusInformation)), IsCertain: false)
            : null;
    }
}
