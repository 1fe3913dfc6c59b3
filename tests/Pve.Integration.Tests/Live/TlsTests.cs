using System.Text.Json;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>TLS by QEMU itself, for the RAM and for disks.</summary>
public sealed class TlsTests : IDisposable
{
    private const string HostName = "target.example";

    private readonly string _files = Directory.CreateTempSubdirectory("pve-tls-").FullName;

    public void Dispose() => Directory.Delete(_files, recursive: true);

    [Fact]
    public async Task With_certificates_ram_and_disks_arrive_whole_over_tcp()
    {
        var folders = TlsFolders.CreateX509(_files, HostName);
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var incoming = new IncomingQemu(target.Monitor, "tcp:127.0.0.1:0", kill: _ => target.Process.KillAsync()) { DisksListenUri = "unix:" + target.DisksPath };
        var tls = MigrationTls.X509(folders.Source, folders.Target) with { HostName = HostName, ClientName = "CN=source" };

        var before = bench.Guest.Host;
        var report = await bench.MigrateAsync(
            new LocalTarget(incoming), change: request => request with { Transfer = new TransferPolicy { Tls = tls }, Disks = [new MigrationDisk("disk0")] });

        Assert.DoesNotContain(report.Findings, finding => finding.Severity != PreflightSeverity.Information);
        await bench.AssertArrivedAsync(target, report, before);
        Assert.True((await bench.Guest.CheckDiskAsync(Cancellation)).Intact);
        await AssertForgottenAsync(target.Monitor);
    }

    [Fact]
    public async Task With_a_shared_key_a_guest_arrives_after_every_mistake_that_can_be_made()
    {
        var (ours, others) = (TlsFolders.CreateX509(Path.Combine(_files, "ours"), HostName), TlsFolders.CreateX509(Path.Combine(_files, "others"), HostName));
        var (key, otherKey) = (TlsFolders.CreatePsk(Path.Combine(_files, "key")), TlsFolders.CreatePsk(Path.Combine(_files, "other-key")));
        await using var bench = await BootAsync();

        // told before anything is touched, and known once they talk
        await StaysAsync(bench, MigrationTls.X509(others.Source, ours.Target) with { HostName = HostName }, "copy RAM", "QEMU ended the migration as failed", "would not believe the target's certificate");
        await StaysAsync(bench, MigrationTls.X509(ours.Source, ours.Target) with { HostName = "elsewhere" }, "copy RAM", "QEMU ended the migration as failed", "is not for 'elsewhere'");
        await StaysAsync(bench, MigrationTls.Psk(key.Source, otherKey.Target), "copy RAM", "QEMU ended the migration as failed", "the same key of 'qemu'");

        // known once QEMU reads the files
        await StaysAsync(bench, MigrationTls.X509("/nonexistent", ours.Target) with { HostName = HostName }, "make TLS ready", "Unable to access credentials /nonexistent");

        // known once they talk: to a client that is not let in
        var unwanted = MigrationTls.X509(ours.Source, ours.Target) with { HostName = HostName, ClientName = "CN=somebody" };
        await StaysAsync(bench, unwanted, "copy RAM", "QEMU ended the migration as failed");

        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var policy = new TransferPolicy { Tls = MigrationTls.Psk(key.Source, key.Target) };
        await bench.AssertArrivedAsync(target, await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), change: request => request with { Transfer = policy }));
        await AssertForgottenAsync(target.Monitor);
    }

    private static async Task StaysAsync(MigrationBench bench, MigrationTls tls, string step, string says, string? warns = null)
    {
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var report = await bench.MigrateAsync(
            new LocalTarget(target.AsIncoming()), change: request => request with { Transfer = new TransferPolicy { Tls = tls } });
        await bench.AssertStayedAsync(target, report, step, says);
        Assert.Equal(warns is not null, report.Findings.Any(
            finding => finding.Severity == PreflightSeverity.Warning && finding.Id == "tls" && finding.Text.Contains(warns ?? "", StringComparison.Ordinal)));
        await AssertForgottenAsync(bench.Guest.Host.Monitor);
    }

    private static async Task AssertForgottenAsync(QmpClient monitor)
    {
        var objects = await monitor.ExecuteAsync("qom-list", JsonElement.Parse("""{"path":"/objects"}"""), cancellationToken: Cancellation);
        Assert.DoesNotContain("migrate-", $"{objects}", StringComparison.Ordinal);
        var parameters = await monitor.ExecuteAsync(QmpCommands.QueryMigrateParameters, cancellationToken: Cancellation);
        Assert.Equal(("", "", ""), (parameters.TlsCreds, parameters.TlsHostname, parameters.TlsAuthz));
    }
}
