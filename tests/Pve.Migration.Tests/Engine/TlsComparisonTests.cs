using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pve.Migration.Engine.Preflight;
using Pve.Migration.Testing;

namespace Pve.Migration.Tests.Engine;

/// <summary>What the files of both sides say of each other.</summary>
public sealed class TlsComparisonTests : IDisposable
{
    private const string HostName = "target.example";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private readonly string _folder = Directory.CreateTempSubdirectory("pve-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_goes_together_is_not_talked_of()
    {
        var (ours, key) = (X509("ours"), TlsFolders.CreatePsk(In("key")));
        Assert.Empty(Compare(MigrationTls.X509(ours.Source, ours.Target) with { HostName = HostName, ClientName = "CN=source" }));
        Assert.Empty(Compare(MigrationTls.X509(ours.Source, ours.Target) with { HostName = "127.0.0.1" }));
        var keys = Path.Combine(key.Target, "keys.psk");
        File.WriteAllText(keys, "other:00\n" + File.ReadAllText(keys).Replace('a', 'A') + "\r\n");
        Assert.Empty(Compare(MigrationTls.Psk(key.Source, key.Target)));
    }

    [Theory]
    [InlineData(PreflightSeverity.Error, true, true)]
    [InlineData(PreflightSeverity.Warning, true, false)]
    [InlineData(PreflightSeverity.Warning, false, true)]
    public void Another_authority_is_refused_where_both_are_this_hosts_and_warned_of_elsewhere(PreflightSeverity severity, bool here, bool there)
    {
        var (ours, others) = (X509("ours"), X509("others"));
        var found = Compare(MigrationTls.X509(others.Source, ours.Target), here: here, there: there);
        Assert.Equal([severity, severity], found.Select(finding => finding.Severity));
        Assert.Equal(
            [
                "The source would not believe the target's certificate: none of the other side's authorities signed it.",
                "The target would not believe the source's certificate: none of the other side's authorities signed it.",
            ],
            found.Select(finding => finding.Text));
    }

    [Fact]
    public void The_sources_own_certificate_is_looked_at_as_well()
    {
        var (ours, others) = (X509("ours"), X509("others"));
        foreach (var name in new[] { "client-cert.pem", "client-key.pem" })
        {
            File.Copy(Path.Combine(others.Source, name), Path.Combine(ours.Source, name), overwrite: true);
        }

        AssertRefused(Compare(MigrationTls.X509(ours.Source, ours.Target)), "The target would not believe the source's certificate");
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-30)]
    public void What_is_not_valid_now_is_refused(int days)
    {
        var ours = X509("ours");
        var found = Compare(MigrationTls.X509(ours.Source, ours.Target), Now.AddDays(days));
        Assert.Equal(2, found.Count);
        Assert.All(found, finding => Assert.EndsWith("it, or its authority's, is not valid now.", finding.Text, StringComparison.Ordinal));
        Assert.All(found, finding => Assert.Equal(PreflightSeverity.Error, finding.Severity));
    }

    [Fact]
    public void Names_are_compared_as_far_as_they_can_be()
    {
        var ours = X509("ours");
        var tls = MigrationTls.X509(ours.Source, ours.Target);
        AssertRefused(Compare(tls with { HostName = "elsewhere" }), "is not for 'elsewhere'");
        Assert.Equal(PreflightSeverity.Warning, Assert.Single(Compare(tls with { HostName = "192.0.2.1" })).Severity);
        AssertRefused(Compare(tls with { ClientName = "CN=somebody" }), "is for 'CN=source', and the target lets in 'CN=somebody' alone");
    }

    [Fact]
    public void Another_key_or_none_is_refused()
    {
        var (key, other) = (TlsFolders.CreatePsk(In("key")), TlsFolders.CreatePsk(In("other")));
        AssertRefused(Compare(MigrationTls.Psk(key.Source, other.Target)), "do not have the same key of 'qemu'");
        AssertRefused(Compare(MigrationTls.Psk(key.Source, key.Target, "node1")), "The source has no key of 'node1'.");
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused_only_where_it_is_certain()
    {
        var ours = X509("ours");
        var tls = MigrationTls.X509(ours.Source, In("nowhere"));
        AssertRefused(Compare(tls), $"The target has no {In("nowhere")}/server-cert.pem.");
        Assert.Empty(Compare(tls, there: false));
        Assert.Empty(Compare(MigrationTls.X509("tls", ours.Target)));
    }

    [Fact]
    public void An_authority_need_not_be_a_root_nor_the_only_one_of_its_name()
    {
        var (root, rootKey) = Issue("CN=authority", null, null, isAuthority: true);
        var (between, betweenKey) = Issue("CN=between", root, rootKey, isAuthority: true);
        var (own, _) = Issue("CN=target", between, betweenKey, isAuthority: false);
        var (former, _) = Issue("CN=authority", null, null, isAuthority: true);

        Assert.Null(CertificateDoubt.Find([between], [own], Now));
        Assert.Null(CertificateDoubt.Find([root], [own, between], Now));
        Assert.Null(CertificateDoubt.Find([former, root], [own, between], Now));
        Assert.Null(CertificateDoubt.Find([root, former], [own, between], Now));
        Assert.Null(CertificateDoubt.Find([own], [own], Now));
        Assert.True(CertificateDoubt.Find([root], [own], Now)!.IsCertain);
        Assert.True(CertificateDoubt.Find([former], [own, between], Now)!.IsCertain);
    }

    [Fact]
    public void Links_lead_where_they_lead_that_QEMU()
    {
        var root = Directory.CreateDirectory(In("root")).FullName;
        Directory.CreateDirectory(Path.Combine(root, "etc/real"));
        File.CreateSymbolicLink(Path.Combine(root, "etc/absolute"), "/etc/real");
        File.CreateSymbolicLink(Path.Combine(root, "etc/real/up"), "../../../real/x");
        File.CreateSymbolicLink(Path.Combine(root, "etc/circle"), "circle");
        var files = new QemuFiles(root, areCertain: true);

        Assert.Equal($"{root}/etc/real/keys.psk", files.Find("/etc/./absolute//keys.psk"));
        Assert.Equal($"{root}/real/x/y", files.Find("/etc/absolute/up/y"));
        Assert.Equal($"{root}/etc", files.Find("/../etc"));
        Assert.Throws<IOException>(() => files.Find("/etc/circle/keys.psk"));
        Assert.Equal("/etc/nothing", new QemuFiles("", areCertain: false).Find("/etc/nothing"));
    }

    private static void AssertRefused(IReadOnlyList<PreflightFinding> findings, string says)
    {
        var finding = Assert.Single(findings);
        Assert.Equal(("tls", PreflightSeverity.Error), (finding.Id, finding.Severity));
        Assert.Contains(says, finding.Text, StringComparison.Ordinal);
    }

    private static IReadOnlyList<PreflightFinding> Compare(MigrationTls tls, DateTimeOffset? now = null, bool here = true, bool there = true)
    {
        var findings = new Findings();
        TlsCheck.Compare(tls, new QemuFiles("", here), new QemuFiles("", there), now ?? Now, findings);
        return findings.All;
    }

    private static (X509Certificate2 Certificate, ECDsa Key) Issue(string name, X509Certificate2? authority, ECDsa? authorityKey, bool isAuthority)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        var (from, until) = (Now.AddDays(-1), Now.AddDays(1));
        return authority is null
            ? (request.CreateSelfSigned(from, until), key)
            : (request.Create(authority.SubjectName, X509SignatureGenerator.CreateForECDsa(authorityKey!), from, until, RandomNumberGenerator.GetBytes(8)), key);
    }

    private TlsFolders X509(string name) => TlsFolders.CreateX509(In(name), HostName);

    private string In(string name) => Path.Combine(_folder, name);
}
