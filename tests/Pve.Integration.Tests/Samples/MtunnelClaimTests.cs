using Pve.Integration.Tests.Live;
using Pve.Integration.Tests.Target;
using Pve.Migration;
using Pve.Migration.Testing;
using static Pve.Integration.Tests.Target.TargetBench;

namespace Pve.Integration.Tests.Samples;

/// <summary>The program as an arbiter's arm: it lets no guest run that it has not claimed in the folder of the leases.</summary>
public sealed class MtunnelClaimTests : IDisposable
{
    private readonly SampleProgram _mtunnel = new("mtunnel");

    public void Dispose() => _mtunnel.Dispose();

    [Fact]
    public async Task A_guest_that_arrives_was_claimed()
    {
        await using var source = await MigrationBench.BootAsync();
        await using var bench = await PrepareAsync(source);
        await using var running = await RunningMtunnel.StartAsync(Arguments(bench));
        var ticks = source.Guest.Heartbeat.Listen(Path.Combine(bench.Run, "100.serial"), "target");
        await using var host = await MtunnelClient.OpenAsync(To(bench), cancellationToken: Cancellation);
        await TellAsync(host, "start", Start);
        Assert.True(host.Can("claims"));
        await using var target = Target(bench, host);
        var report = await source.MigrateAsync(target, change: request => request with { Ownership = Ownership(bench) });

        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        await ticks.WaitForTicksAsync(20, Cancellation);
        Assert.Equal("there 2\n", await File.ReadAllTextAsync(Path.Combine(Leases(bench), "100.owner.claim"), Cancellation));
    }

    [Fact]
    public async Task A_guest_whose_targets_host_is_gone_at_the_resume_goes_on_on_the_source_and_never_there()
    {
        await using var source = await MigrationBench.BootAsync();
        await using var bench = await PrepareAsync(source);
        await using var running = await RunningMtunnel.StartAsync(Arguments(bench));
        await using var host = await MtunnelClient.OpenAsync(To(bench), cancellationToken: Cancellation);
        await TellAsync(host, "start", Start);
        await using var target = Target(bench, host);
        var report = await source.MigrateAsync(target, change: request => request with
        {
            Ownership = Ownership(bench),
            Hooks = [new RightBeforeTheResume(running.KillAsync)],
        });

        Assert.True(report.Outcome is MigrationOutcome.RolledBack, $"{report.Outcome}");
        Assert.Contains(report.Warnings, warning => warning.Contains("lost the right", StringComparison.Ordinal));
        await source.Guest.Host.Ticks.WaitForTicksAsync(source.Guest.Host.Ticks.TicksSeen + 20, Cancellation);
        Assert.Single(bench.Processes()); // which nobody could prove dead

        // Somebody finds the resume, and delivers it.
        var late = await _mtunnel.RunAsync([.. Places(bench), "resume", "100"]);
        late.AssertRefused(1, "mtunnel", "resume failed - VM 100 is owned by here (token 3): there may not run it");
        Assert.Equal("paused\n", (await _mtunnel.RunAsync(["--qmp-dir", bench.Monitors, "status", "100"])).Output);
        await source.AssertIntactAsync();
    }

    private static async Task<TargetBench> PrepareAsync(MigrationBench source)
    {
        var bench = new TargetBench();
        Directory.CreateDirectory(Leases(bench));
        await File.WriteAllTextAsync(bench.TemplateFile, GuestTemplate(source.Guest), Cancellation);
        return bench;
    }

    private static string Leases(TargetBench bench) => Path.Combine(bench.Folder, "leases");

    private static LeaseOwnership Ownership(TargetBench bench) => new(new LeaseOwnershipOptions { Folder = Leases(bench), Source = "here", Target = "there" });

    private static UnixTransport To(TargetBench bench, params SocketForward[] forwards)
        => new(Path.Combine(bench.Folder, "mtunnel"), new UnixTransportOptions { Forwards = forwards });

    private static TunnelTarget Target(TargetBench bench, MtunnelClient host)
    {
        var forward = new SocketForward(Path.Combine(bench.Folder, "forward"), bench.Paths.Migration);
        var qemu = IncomingQemu.OutOfReach($"unix:{forward.LocalPath}", token => host.ExecuteAsync("stop", cancellationToken: token));
        return new TunnelTarget(qemu, To(bench, forward)) { ClaimsOwnership = true };
    }

    private static string[] Places(TargetBench bench)
        => ["--qmp-dir", bench.Monitors, "--run-dir", bench.Run, "--claims", Leases(bench), "--owner", "there"];

    private static string[] Arguments(TargetBench bench)
        => [.. Places(bench), "--template", bench.TemplateFile, "--dialect", "v2", "--vmid", "100", "--listen", $"unix:{Path.Combine(bench.Folder, "mtunnel")}"];

    private sealed class RightBeforeTheResume(Func<Task> act) : IMigrationHook
    {
        public string Name => "its host is gone";

        public IReadOnlyCollection<MigrationPhase> Phases => [MigrationPhase.Committing];

        public Task EnterAsync(MigrationPhase phase, int vmId, CancellationToken cancellationToken) => act();
    }
}
