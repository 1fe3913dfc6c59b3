using Pve.Chaos.World;
using Pve.Migration;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Integration.Tests.Live.MigrationBench;

namespace Pve.Integration.Tests.Live;

/// <summary>Disks of which the target has an older state, while the guest writes one of them all the time.</summary>
public sealed class ReplicatedDiskTests
{
    private const string Bitmap = "replicated";
    private const int DiskMiB = 16;

    [Fact]
    public async Task Only_what_was_written_since_travels_and_from_then_on_it_goes_the_other_way()
    {
        await using var bench = await BootAsync(disksMiB: [DiskMiB, 2]);
        var before = bench.Guest.Host;
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await bench.Guest.ReplicateDisksAsync(target, Bitmap, Cancellation);
        await before.Ticks.WaitForTicksAsync(before.Ticks.TicksSeen + 300, Cancellation);
        using var errors = before.Monitor.Subscribe("BLOCK_IO_ERROR");

        var report = await bench.MigrateAsync(new LocalTarget(target.AsIncoming()), change: request => request with
        {
            Disks = [Disk(0), Disk(1)],
            MaxBandwidth = 24 << 20, // so that it writes beside the copy of the RAM, and more than one round follows
        });

        Assert.True(report.Outcome is MigrationOutcome.Migrated, $"{report.Outcome}");
        Assert.True(await bench.Guest.IsDiskAlikeAsync(before, target, 1, Cancellation));
        await bench.AssertArrivedAsync(target, report, before);
        Assert.True((await bench.Guest.CheckDiskAsync(Cancellation)).Intact);
        Assert.False(errors.TryRead(out _));
        Assert.InRange(report.Disks[0].CopiedBytes, 65536, DiskMiB << 19);
        Assert.Equal(0, report.Disks[1].CopiedBytes);
        MigrationTests.AssertLedgerExplains(report);
        var there = await BitmapAsync(target.Monitor, "disk0");
        Assert.True(there is { Recording: true, Count: > 0 }, $"{there}");
    }

    [Fact]
    public async Task A_target_that_dies_in_a_round_is_not_seen_by_the_guest()
    {
        await using var bench = await BootAsync(disksMiB: [DiskMiB]);
        var before = bench.Guest.Host;
        var target = await bench.Guest.StartTargetAsync(cancellationToken: Cancellation);
        await bench.Guest.ReplicateDisksAsync(target, Bitmap, Cancellation);
        await before.Ticks.WaitForTicksAsync(before.Ticks.TicksSeen + 300, Cancellation);
        using var errors = before.Monitor.Subscribe("BLOCK_IO_ERROR");
        var way = Path.Combine(bench.Root, "way");
        await using var link = Relay.Unix(way, target.DisksPath, 200_000);
        var killed = 0;
        var progress = new Watcher(seen =>
        {
            if (seen is { Step: "mirror disks", Disks: [_, ..] } && Interlocked.Exchange(ref killed, 1) == 0)
            {
                _ = target.Process.KillAsync();
            }
        });

        var report = await bench.MigrateAsync(
            new LocalTarget(target.AsIncoming(disksConnectPath: way)), progress: progress, change: request => request with { Disks = [Disk(0)] });

        await bench.AssertStayedAsync(target, report, "mirror disks");
        Assert.False(errors.TryRead(out _));
        Assert.True((await bench.Guest.CheckDiskAsync(Cancellation)).Intact);
        Assert.True(await BitmapAsync(before.Monitor, "disk0") is { Count: > 0 });
        var nodes = await NodesAsync(before.Monitor);
        Assert.DoesNotContain(nodes, node => node.NodeName!.StartsWith("migrate-", StringComparison.Ordinal));
        Assert.DoesNotContain(nodes.SelectMany(node => node.DirtyBitmaps ?? []), bitmap => bitmap.Name!.StartsWith("migrate-", StringComparison.Ordinal));
    }

    private static MigrationDisk Disk(int index) => new($"disk{index}") { Bitmap = Bitmap };

    private static async Task<BlockDirtyInfo?> BitmapAsync(QmpClient monitor, string node)
        => (await NodesAsync(monitor)).Single(one => one.NodeName == node).DirtyBitmaps?.SingleOrDefault(bitmap => bitmap.Name == Bitmap);

    private static Task<IReadOnlyList<BlockDeviceInfo>> NodesAsync(QmpClient monitor)
        => monitor.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new QueryNamedBlockNodes { Flat = true }, cancellationToken: Cancellation);

    private sealed class Watcher(Action<MigrationProgress> act) : IProgress<MigrationProgress>
    {
        public void Report(MigrationProgress value) => act(value);
    }
}
