using System.Text.Json;
using Pve.Chaos.World;
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

        // told before anything is touched
        await IsRefusedAsync(bench, MigrationTls.X509(others.Source, ours.Target) with { HostName = HostName }, "would not believe the target's certificate");
        await IsRefusedAsync(bench, MigrationTls.X509(ours.Source, ours.Target) with { HostName = "elsewhere" }, "is not for 'elsewhere'");
        await IsRefusedAsync(bench, MigrationTls.X509(ours.Source, ours.Target) with { HostName = HostName, ClientName = "CN=somebody" }, "lets in 'CN=somebody' alone");
        await IsRefusedAsync(bench, MigrationTls.X509("/nonexistent", ours.Target) with { HostName = HostName }, "The source has no /nonexistent/ca-cert.pem");
        await IsRefusedAsync(bench, MigrationTls.Psk(key.Source, otherKey.Target), "the same key of 'qemu'");

        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var policy = new TransferPolicy { Tls = MigrationTls.Psk(key.Source, key.Target) };
        await bench.AssertArrivedAsync(target, await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), change: request => request with { Transfer = policy }));
        await AssertForgottenAsync(target.Monitor);
    }

    [Fact]
    public async Task What_could_be_another_hosts_is_found_wrong_at_the_copy_and_all_is_undone()
    {
        var (ours, others) = (TlsFolders.CreateX509(Path.Combine(_files, "ours"), HostName), TlsFolders.CreateX509(Path.Combine(_files, "others"), HostName));
        var (key, otherKey) = (TlsFolders.CreatePsk(Path.Combine(_files, "key")), TlsFolders.CreatePsk(Path.Combine(_files, "other-key")));
        await using var bench = await BootAsync();
        const string Failed = "QEMU ended the migration as failed";
        await FailsAsync(bench, MigrationTls.X509(others.Source, ours.Target) with { HostName = HostName }, "copy RAM", Failed, "would not believe the target's certificate");
        await FailsAsync(bench, MigrationTls.X509(ours.Source, ours.Target) with { HostName = "elsewhere" }, "copy RAM", Failed, "is not for 'elsewhere'");
        await FailsAsync(bench, MigrationTls.Psk(key.Source, otherKey.Target), "copy RAM", Failed, "the same key of 'qemu'");
        await FailsAsync(bench, MigrationTls.X509(ours.Source, "/nonexistent") with { HostName = HostName }, "make TLS ready", "Unable to access credentials /nonexistent", null);
    }

    // Both monitors are a QEMU's own, so that it is certain.
    private static async Task IsRefusedAsync(MigrationBench bench, MigrationTls tls, string says)
    {
        var source = bench.Guest.Host;
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var (sourceBefore, targetBefore) = (await LookAsync(source), await LookAsync(target));
        var targetAfter = "";
        var incoming = new IncomingQemu(target.Monitor, "unix:" + target.MigrationPath, kill: async _ =>
        {
            targetAfter = await LookAsync(target);
            await target.Process.KillAsync();
        });

        var report = await bench.MigrateAsync(new LocalTarget(incoming), change: request => request with { Transfer = new TransferPolicy { Tls = tls } });

        Assert.Equal((sourceBefore, targetBefore), (await LookAsync(source), targetAfter));
        await bench.AssertStayedAsync(target, report, "check target", says);
        Assert.Contains(report.Findings, finding => finding is { Severity: PreflightSeverity.Error, Id: "tls" });
        Assert.Equal(["open target", "check source", "check target", "roll back"], report.Ledger.Lines.Select(line => line.Name));
    }

    // The target's monitor is reached through a forward, as one on another host is.
    private async Task FailsAsync(MigrationBench bench, MigrationTls tls, string step, string says, string? warns)
    {
        var before = await LookAsync(bench.Guest.Host);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var forward = Path.Combine(_files, "forward");
        await using (Relay.Unix(forward, target.Process.QmpPath))
        await using (var monitor = await QmpClient.ConnectAsync(QmpEndpoint.Unix(forward), cancellationToken: Cancellation))
        {
            var incoming = new IncomingQemu(monitor, "unix:" + target.MigrationPath, kill: _ => target.Process.KillAsync());
            var report = await bench.MigrateAsync(new LocalTarget(incoming), change: request => request with { Transfer = new TransferPolicy { Tls = tls } });
            await bench.AssertStayedAsync(target, report, step, says);
            Assert.Equal(
                warns is null ? [] : [PreflightSeverity.Warning],
                report.Findings.Where(finding => finding.Id == "tls" && finding.Text.Contains(warns ?? "", StringComparison.Ordinal)).Select(finding => finding.Severity));
        }

        await AssertForgottenAsync(bench.Guest.Host.Monitor);
        Assert.Equal(before, await LookAsync(bench.Guest.Host));
    }

    // All that a migration with TLS sets, and the files beside its sockets.
    private static async Task<string> LookAsync(GuestHost host)
    {
        var said = new List<string>();
        foreach (var (command, arguments) in new[] { ("query-migrate-capabilities", "{}"), ("query-migrate-parameters", "{}"), ("qom-list", """{"path":"/objects"}"""), ("query-status", "{}") })
        {
            said.Add($"{await host.Monitor.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Cancellation)}");
        }

        return string.Join('\n', [.. said, .. Directory.GetFileSystemEntries(host.Folder).Order()]);
    }

    private static async Task AssertForgottenAsync(QmpClient monitor)
    {
        var objects = await monitor.ExecuteAsync("qom-list", JsonElement.Parse("""{"path":"/objects"}"""), cancellationToken: Cancellation);
        Assert.DoesNotContain("migrate-", $"{objects}", StringComparison.Ordinal);
        var parameters = await monitor.ExecuteAsync(QmpCommands.QueryMigrateParameters, cancellationToken: Cancellation);
        Assert.Equal(("", "", ""), (parameters.TlsCreds, parameters.TlsHostname, parameters.TlsAuthz));
    }
}
