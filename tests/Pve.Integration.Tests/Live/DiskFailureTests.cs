using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Migration.Tests.Engine;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>Whatever goes wrong with a disk: the guest runs on at the source with its own, and nothing is left of the mirror.</summary>
public sealed class DiskFailureTests
{
    private static readonly MigrationDisk Disk = new("disk0");

    [Fact]
    public async Task A_disk_that_is_not_there_is_refused_before_anything_was_touched()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await StaysAsync(bench, target, new LocalTarget(target.AsIncoming()), new MigrationDisk("disk7"), "check disks", "no block node 'disk7'", "It has disk0");
    }

    [Fact]
    public async Task A_target_s_disk_that_is_not_there_is_refused_too()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await StaysAsync(
            bench, target, new LocalTarget(target.AsIncoming()), Disk with { TargetNode = "other" }, "check disks", "no block node 'other'", "It has disk0");
    }

    [Fact]
    public async Task A_target_s_disk_of_another_size_is_refused()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(disksMiB: [3], cancellationToken: Cancellation);
        await StaysAsync(
            bench, target, new LocalTarget(target.AsIncoming()), Disk, "check disks", "has 2097152 bytes, the target's 'disk0' has 3145728", "as large as");
    }

    [Fact]
    public async Task A_target_s_disk_of_another_format_is_refused()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await AddFailingDiskAsync(target);
        await StaysAsync(
            bench, target, new LocalTarget(target.AsIncoming()), Disk with { TargetNode = "full" }, "check disks", "is raw, the target's 'full' is blkdebug");
    }

    [Fact]
    public async Task A_target_s_disk_that_is_full_ends_it()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await AddFailingDiskAsync(target);
        await StaysAsync(
            bench, target, new LocalTarget(target.AsIncoming()), Disk with { TargetNode = "full", AllowsOtherFormat = true }, "mirror disks",
            "The mirror of the disk 'disk0' has ended", "No space left", "has room");
    }

    [Fact]
    public async Task An_address_that_leads_nowhere_is_said()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var incoming = new IncomingQemu(target.Monitor, "unix:" + target.MigrationPath, kill: _ => target.Process.KillAsync())
        {
            DisksListenUri = "unix:" + target.DisksPath,
            DisksConnectUri = "unix:/nonexistent/nbd",
        };
        await StaysAsync(bench, target, new LocalTarget(incoming), Disk, "mirror disks", "does not reach the target's disk 'disk0' at unix:/nonexistent/nbd");
    }

    [Fact]
    public async Task A_target_without_an_address_for_disks_is_refused()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var incoming = new IncomingQemu(target.Monitor, "unix:" + target.MigrationPath, kill: _ => target.Process.KillAsync());
        await StaysAsync(bench, target, new LocalTarget(incoming), Disk, "export disks", "no address for its disks", "Set DisksListenUri");
    }

    [Theory]
    [InlineData("mirror disks", 100_000)]
    [InlineData("copy RAM", 0)]
    public async Task A_target_that_dies_costs_nothing(string step, long diskBandwidth)
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var killer = new OnStep(step, () => target.Process.KillAsync());

        await StaysAsync(
            bench, target, new LocalTarget(target.AsIncoming()), Disk with { MaxBandwidth = diskBandwidth }, step, progress: killer, bandwidth: 1_000_000,
            cancellation: Cancellation);

        Assert.True(killer.Fired);
    }

    [Fact]
    public async Task R8_A_target_that_dies_at_pre_switchover_costs_nothing()
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        var hooked = new HookedTarget(new LocalTarget(target.AsIncoming()))
        {
            Before = step => step == "stop exports" ? target.Process.KillAsync() : Task.CompletedTask,
        };

        await StaysAsync(bench, target, hooked, Disk, "stop exports");
    }

    [Theory]
    [InlineData("mirror disks", 100_000)]
    [InlineData("copy RAM", 0)]
    public async Task A_caller_that_cancels_has_its_guest_back(string step, long diskBandwidth)
    {
        await using var bench = await BootAsync(disksMiB: [2]);
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        using var cancelled = new CancellationTokenSource();
        var canceller = new OnStep(step, cancelled.CancelAsync);

        await StaysAsync(
            bench, target, new LocalTarget(target.AsIncoming()), Disk with { MaxBandwidth = diskBandwidth }, step, progress: canceller, bandwidth: 1_000_000,
            cancellation: cancelled.Token, says: "The caller cancelled");
    }

    private static Task StaysAsync(MigrationBench bench, GuestHost target, IMigrationTarget way, MigrationDisk disk, string step, params string[] says)
        => StaysAsync(bench, target, way, disk, step, null, 0, default, says);

    private static async Task StaysAsync(
        MigrationBench bench, GuestHost target, IMigrationTarget way, MigrationDisk disk, string step, IProgress<MigrationProgress>? progress, long bandwidth,
        CancellationToken cancellation = default, params string[] says)
    {
        var before = await NodesAsync(bench);

        var report = await bench.MigrateAsync(
            way, progress: progress, change: request => request with { Disks = [disk], MaxBandwidth = bandwidth },
            cancellation: cancellation == default ? Cancellation : cancellation);

        await bench.AssertStayedAsync(target, report, step, says);
        Assert.Equal(before, await NodesAsync(bench));
        Assert.Empty(await bench.Guest.Host.Monitor.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: Cancellation));
        var found = await bench.Guest.CheckDiskAsync(Cancellation);
        Assert.True(found.Intact && found.Ticks > 0, found.ToString());
    }

    private static async Task<string?[]> NodesAsync(MigrationBench bench)
    {
        var nodes = await bench.Guest.Host.Monitor.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new QueryNamedBlockNodes { Flat = true }, cancellationToken: Cancellation);
        return [.. nodes.Select(node => node.NodeName).Order()];
    }

    private static async Task AddFailingDiskAsync(GuestHost target)
    {
        using var arguments = System.Text.Json.JsonDocument.Parse(
            """{"driver": "blkdebug", "node-name": "full", "image": "disk0", "inject-error": [{"event": "none", "iotype": "write", "errno": 28}]}""");
        await target.Monitor.ExecuteAsync("blockdev-add", arguments.RootElement, cancellationToken: Cancellation);
    }

    private sealed class OnStep(string step, Func<Task> act) : IProgress<MigrationProgress>
    {
        public bool Fired { get; private set; }

        void IProgress<MigrationProgress>.Report(MigrationProgress value)
        {
            // once it is under way, not where it begins
            if (value.Step == step && !Fired && (value.Disks.Any(disk => disk.CopiedBytes > 0) || value.Pass > 0))
            {
                Fired = true;
                _ = act();
            }
        }
    }
}
