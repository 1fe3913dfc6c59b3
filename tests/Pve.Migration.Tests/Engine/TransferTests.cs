using System.Text.Json;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>How the RAM travels: what both QEMUs are told for it, and that all is as before however it ended.</summary>
public sealed class TransferTests
{
    private static readonly MigrationTls Tls = MigrationTls.X509("/etc/source", "/etc/target") with { HostName = "target", ClientName = "CN=source" };

    [Fact]
    public Task With_tls_both_have_its_objects_while_it_lasts() => RunAsync(async bench =>
    {
        var before = await SettingsAsync(bench.Target);
        var seen = new List<string>();
        var target = bench.Local();
        target.Before = async step =>
        {
            if (step == "resume")
            {
                seen.AddRange([await ObjectsAsync(bench.Spy), await ObjectsAsync(bench.Target), await SettingsAsync(bench.Spy)]);
            }
        };
        var report = await bench.MigrateAsync(target, change: With(new TransferPolicy { Tls = Tls }, request => request with { EndsSource = false }));

        bench.AssertMigrated(report);
        Assert.Empty(report.Warnings);
        Assert.Contains("migrate-100-tls", seen[0], StringComparison.Ordinal);
        Assert.Contains("migrate-100-tls", seen[1], StringComparison.Ordinal);
        Assert.Contains("migrate-100-authz", seen[1], StringComparison.Ordinal);
        Assert.Contains("\"tls-hostname\":\"target\"", seen[2], StringComparison.Ordinal);
        await AssertNoObjectAsync(bench.Spy);
        await AssertNoObjectAsync(bench.Target);
        Assert.Equal(before, await SettingsAsync(bench.Target));
        Assert.Equal(before, await SettingsAsync(bench.Spy));
    });

    [Theory]
    [InlineData("start incoming")]
    [InlineData("hand over ownership")]
    public Task A_failure_leaves_nothing_of_it(string at) => RunAsync(async bench =>
    {
        var before = await SettingsAsync(bench.Spy);
        var target = bench.Local();
        target.Before = bench.Ownership.Before = step => step == at ? throw new MigrationTargetException("not today") : Task.CompletedTask;
        var report = await bench.MigrateAsync(target, change: With(new TransferPolicy { Tls = Tls }));
        Assert.Equal(at, bench.AssertRolledBack(report).Step);
        Assert.Empty(report.Warnings);
        Assert.Equal(before, await SettingsAsync(bench.Spy));
        await AssertNoObjectAsync(bench.Spy);
    });

    [Fact]
    public Task What_an_interrupted_run_left_is_in_nobody_s_way() => RunAsync(async bench =>
    {
        using var left = JsonDocument.Parse("""{"qom-type":"tls-creds-psk","id":"migrate-100-tls","dir":"/old"}""");
        await bench.Spy.ExecuteAsync("object-add", left.RootElement, cancellationToken: Cancellation);
        bench.AssertMigrated(await bench.MigrateAsync(change: With(new TransferPolicy { Tls = MigrationTls.Psk("/a", "/b") })));
    });

    [Fact]
    public Task A_certificate_without_a_name_to_look_for_is_refused_before_the_copy() => RunAsync(async bench =>
    {
        var report = await bench.MigrateAsync(change: With(new TransferPolicy { Tls = MigrationTls.X509("/a", "/b") }));
        var failure = bench.AssertRolledBack(report);
        Assert.Equal("start incoming", failure.Step);
        Assert.Contains("Set HostName", failure.Remedy, StringComparison.Ordinal);
    });

    [Fact]
    public Task A_target_out_of_reach_cannot_be_made_ready_for_it() => RunAsync(async bench =>
    {
        var target = new HookedTarget(new LocalTarget(bench.Incoming())) { IsOutOfReach = true };
        var failure = bench.AssertRolledBack(await bench.MigrateAsync(target, change: With(new TransferPolicy { Tls = Tls })));
        Assert.Equal("check target", failure.Step);
        Assert.Contains("out of reach", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public void Names_are_for_certificates_alone()
        => Assert.Throws<ArgumentException>(() => (new TransferPolicy { Tls = MigrationTls.Psk("/a", "/b") with { HostName = "target" } }).Validate());

    private static Func<MigrationRequest, MigrationRequest> With(TransferPolicy policy, Func<MigrationRequest, MigrationRequest>? more = null)
        => request => (more?.Invoke(request) ?? request) with { Transfer = policy };

    private static async Task<string> ObjectsAsync(QmpClient monitor)
        => $"{await monitor.ExecuteAsync("qom-list", JsonElement.Parse("""{"path":"/objects"}"""), cancellationToken: Cancellation)}";

    private static async Task AssertNoObjectAsync(QmpClient monitor)
        => Assert.DoesNotContain("migrate-100", await ObjectsAsync(monitor), StringComparison.Ordinal);
}
