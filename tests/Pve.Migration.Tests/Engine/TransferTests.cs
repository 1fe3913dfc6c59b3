using System.Text.Json;
using Pve.Qmp;
using Pve.Qmp.Commands;
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
    [InlineData("start incoming", false)]
    [InlineData("hand over ownership", false)]
    [InlineData("start incoming", true)]
    [InlineData("hand over ownership", true)]
    public Task A_failure_or_a_cancellation_leaves_nothing_of_it(string at, bool cancels) => RunAsync(async bench =>
    {
        using var caller = new CancellationTokenSource();
        var before = await SettingsAsync(bench.Spy);
        var target = bench.Local();
        target.Before = bench.Ownership.Before = step
            => step != at ? Task.CompletedTask : cancels ? caller.CancelAsync() : throw new MigrationTargetException("not today");
        var report = await bench.MigrateAsync(target, change: With(new TransferPolicy { Tls = Tls, MultifdChannels = 4 }), cancellation: caller.Token);
        Assert.Equal(cancels, bench.AssertRolledBack(report).IsCancellation);
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

    [Theory]
    [InlineData(false, "check target")]
    [InlineData(true, "start incoming")]
    public Task A_certificate_without_a_name_to_look_for_is_refused_before_the_copy(bool hidesUri, string step) => RunAsync(async bench =>
    {
        var target = new HookedTarget(new LocalTarget(bench.Incoming())) { HidesUri = hidesUri };
        var report = await bench.MigrateAsync(target, change: With(new TransferPolicy { Tls = MigrationTls.X509("/a", "/b") }));
        var failure = bench.AssertRolledBack(report);
        Assert.Equal(step, failure.Step);
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
    public Task Several_connections_are_opened_by_both() => RunAsync(async bench =>
    {
        var during = "";
        var target = bench.Local();
        target.Before = async step => during = step == "make target ready" ? $"{await SettingsAsync(bench.Spy)} {await SettingsAsync(bench.Target)}" : during;
        var report = await bench.MigrateAsync(target, change: With(new TransferPolicy { MultifdChannels = 4 }));

        bench.AssertMigrated(report);
        Assert.Contains(MigrationCapability.Multifd, report.Capabilities);
        Assert.Equal(2, Count(during, "\"state\":true,\"capability\":\"multifd\""));
        Assert.Equal(2, Count(during, "\"multifd-channels\":4"));
    });

    [Theory]
    [InlineData(null, "\"xbzrle-cache-size\":33554432")]
    [InlineData(1L << 20, "\"xbzrle-cache-size\":1048576")]
    public Task Xbzrle_keeps_a_tenth_of_the_ram_or_what_it_is_given(long? cache, string says) => RunAsync(async bench =>
    {
        var during = "";
        var target = bench.Local();
        target.Before = async step => during = step == "make target ready" ? await SettingsAsync(bench.Spy) : during;
        var report = await bench.MigrateAsync(target, change: With(new TransferPolicy { UsesXbzrle = true, XbzrleCacheBytes = cache }));

        bench.AssertMigrated(report);
        Assert.Contains(MigrationCapability.Xbzrle, report.Capabilities);
        Assert.Contains(says, during, StringComparison.Ordinal);
    });

    [Fact]
    public Task What_the_target_may_not_know_is_left_out_and_told() => RunAsync(async bench =>
    {
        var target = new HookedTarget(new LocalTarget(bench.Incoming())) { IsOutOfReach = true, Resume = (inner, token) => inner.ResumeAsync(VmId, token) };
        await bench.Target.ExecuteAsync("migrate-set-capabilities", JsonElement.Parse("""{"capabilities":[{"capability":"return-path","state":true}]}"""), cancellationToken: Cancellation);
        var report = await bench.MigrateAsync(target, change: With(new TransferPolicy { MultifdChannels = 4 }));

        bench.AssertMigrated(report);
        Assert.Contains(report.Warnings, warning => warning.StartsWith("Multifd is left out: the target's monitor is out of reach", StringComparison.Ordinal));
        Assert.Contains(report.Findings, finding => finding is { Id: "transfer", Severity: PreflightSeverity.Warning });
        Assert.DoesNotContain(MigrationCapability.Multifd, report.Capabilities);
    });

    [Theory]
    [InlineData(true, false, "Multifd is left out: the guest may go ahead of its RAM")]
    [InlineData(false, true, "Pre-empt is left out: the guest does not go ahead of its RAM")]
    public Task What_does_not_go_with_the_rest_is_left_out(bool multifd, bool preempts, string says) => RunAsync(async bench =>
    {
        var profile = MigrationProfile.Default with { Convergence = multifd ? ConvergenceStrategy.PostCopyAfter(TimeSpan.FromMinutes(5)) : ConvergenceStrategy.ProxmoxDoubling };
        var policy = new TransferPolicy { MultifdChannels = multifd ? 2 : 0, PreemptsPostCopy = preempts };
        var report = await bench.MigrateAsync(profile: profile, change: With(policy));
        bench.AssertMigrated(report);
        Assert.Contains(report.Warnings, warning => warning.StartsWith(says, StringComparison.Ordinal));
    });

    [Fact]
    public void A_policy_that_contradicts_itself_is_refused()
    {
        using var pipe = new Microsoft.Win32.SafeHandles.SafeFileHandle();
        TransferPolicy[] wrong =
        [
            new() { MultifdChannels = -1 },
            new() { MultifdChannels = 256 },
            new() { MultifdCompression = MultifdCompression.Zstd },
            new() { MultifdChannels = 2, UsesXbzrle = true },
            new() { XbzrleCacheBytes = 65536 },
            new() { UsesXbzrle = true, XbzrleCacheBytes = 100_000 },
            new() { UsesXbzrle = true, XbzrleCacheBytes = 2048 },
            new() { Descriptor = pipe, MultifdChannels = 2 },
            new() { Descriptor = pipe, PreemptsPostCopy = true },
        ];
        Assert.All(wrong, policy => Assert.Throws<ArgumentException>(policy.Validate));
    }

    [Fact]
    public void Names_are_for_certificates_alone()
        => Assert.Throws<ArgumentException>(() => (new TransferPolicy { Tls = MigrationTls.Psk("/a", "/b") with { HostName = "target" } }).Validate());

    private static Func<MigrationRequest, MigrationRequest> With(TransferPolicy policy, Func<MigrationRequest, MigrationRequest>? more = null)
        => request => (more?.Invoke(request) ?? request) with { Transfer = policy };

    private static async Task<string> ObjectsAsync(QmpClient monitor)
        => $"{await monitor.ExecuteAsync("qom-list", JsonElement.Parse("""{"path":"/objects"}"""), cancellationToken: Cancellation)}";

    private static int Count(string text, string part) => text.Replace(" ", "", StringComparison.Ordinal).Split(part).Length - 1;

    private static async Task AssertNoObjectAsync(QmpClient monitor)
        => Assert.DoesNotContain("migrate-100", await ObjectsAsync(monitor), StringComparison.Ordinal);
}
