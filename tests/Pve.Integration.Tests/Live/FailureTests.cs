using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>Whatever goes wrong: the guest runs on at the source, the target is gone, and the message says what, where and what to do.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task A_target_of_another_machine_type_is_refused_before_the_copy()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(machine: "q35", cancellationToken: Cancellation);

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()));

        await bench.AssertStayedAsync(target, report, "check target", "machine type is pc-i440fx", "is pc-q35", "Start the target with -machine pc-i440fx");
    }

    [Fact]
    public async Task A_target_with_other_ram_is_refused_before_the_copy()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(memoryMiB: 48, cancellationToken: Cancellation);

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()));

        await bench.AssertStayedAsync(target, report, "check target", "bytes of RAM, the target at", "same -m");
    }

    [Fact]
    public async Task A_target_that_dies_during_the_copy_costs_nothing()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var killer = new OnFirstPass(() => target.Process.KillAsync());

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), progress: killer, change: r => r with { MaxBandwidth = 1_000_000 });

        await bench.AssertStayedAsync(target, report, "copy RAM");
        Assert.True(killer.Fired);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_refused()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var incoming = new IncomingQemu(target.Monitor, "unix:/nonexistent/migrate", kill: _ => target.Process.KillAsync());

        var report = await bench.MigrateAsync(new LocalTarget(incoming));

        await bench.AssertStayedAsync(target, report, "open target", "no folder for /nonexistent/migrate", "another path");
    }

    [Fact]
    public async Task A_source_that_cannot_reach_the_target_goes_on()
    {
        await using var bench = await BootAsync();
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming("/nonexistent/forward")));

        await bench.AssertStayedAsync(
            target, report, "copy RAM", "Failed to connect to '/nonexistent/forward'", "see that the target listens, and that unix:/nonexistent/forward leads there");
    }

    [Fact]
    public async Task An_unknown_vmid_is_refused_by_the_tunnel_and_the_source_has_its_guest_back()
    {
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var handler = new QmpMtunnelHandler(vm => QmpEndpoint.Unix(Path.Combine(host.Folder, $"no-{vm}.qmp")));
        await using var target = new TunnelTarget(host.AsIncoming(), InProcess(handler));

        var report = await bench.MigrateAsync(target);

        await bench.AssertStayedAsync(host, report, "resume", "VM 100 not running. The target is paused. See there that the QEMU of VM 100 runs");
    }

    [Fact]
    public async Task A_monitor_that_somebody_else_holds_is_refused_by_the_tunnel_and_the_source_has_its_guest_back()
    {
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var holder = await QmpClient.ConnectAsync(QmpEndpoint.Unix(host.Process.QmpPath), cancellationToken: Cancellation);
        var impatient = new QmpClientOptions { ConnectTimeout = TimeSpan.FromMilliseconds(200) };
        await using var handler = new QmpMtunnelHandler(_ => QmpEndpoint.Unix(host.Process.QmpPath), impatient);
        await using var target = new TunnelTarget(host.AsIncoming(), InProcess(handler));

        var report = await bench.MigrateAsync(target);

        await bench.AssertStayedAsync(host, report, "resume", "another client holds this monitor", "that nobody else holds it");
    }

    [Fact]
    public async Task A_tunnel_that_speaks_junk_is_refused_before_the_copy()
    {
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var target = new TunnelTarget(host.AsIncoming(), new InProcessTransport(async (pipe, token) =>
        {
            await pipe.Output.WriteAsync("Welcome to Ubuntu\n"u8.ToArray(), token);
            await pipe.Input.ReadAsync(token);
        }));

        var report = await bench.MigrateAsync(target);

        await bench.AssertStayedAsync(host, report, "open target", "Welcome to Ubuntu");
    }

    [Fact]
    public async Task A_v0_tunnel_without_another_way_is_refused_before_the_copy()
    {
        await using var bench = await BootAsync();
        var host = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await using var handler = HandlerFor(host);
        await using var target = new TunnelTarget(
            host.AsIncoming(), InProcess(handler, MtunnelDialect.V0), options: new MtunnelClientOptions { VersionTimeout = TimeSpan.FromMilliseconds(200) });

        var report = await bench.MigrateAsync(target);

        await bench.AssertStayedAsync(host, report, "make target ready", "speaks v0", "give a fallback");
    }

    [Fact]
    public async Task A_source_whose_guest_has_left_is_refused()
    {
        await using var bench = await BootAsync();
        var first = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var moved = await bench.MigrateAsync(new LocalTarget(first.AsIncoming()), change: request => request with { EndsSource = false });
        Assert.IsType<MigrationOutcome.Migrated>(moved.Outcome);
        var second = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);

        var report = await bench.MigrateAsync(new LocalTarget(second.AsIncoming()));

        var failure = Assert.IsType<MigrationOutcome.RolledBack>(report.Outcome).Failure;
        Assert.Equal("check source", failure.Step);
        Assert.Contains("it is postmigrate", failure.Message, StringComparison.Ordinal);
        await bench.Guest.ArriveAsync(first, Cancellation);
        await bench.AssertIntactAsync();
    }

    private sealed class OnFirstPass(Func<Task> act) : IProgress<MigrationProgress>
    {
        public bool Fired { get; private set; }

        public void Report(MigrationProgress value)
        {
            if (value.Phase == MigrationPhase.Copying && !Fired)
            {
                Fired = true;
                _ = act();
            }
        }
    }
}
