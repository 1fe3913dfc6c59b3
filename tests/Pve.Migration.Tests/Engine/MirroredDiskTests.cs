using System.Text.Json;
using Pve.Migration.Engine.Storage;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>A disk that travels whole beside one of which the target has an older state.</summary>
public sealed class MirroredDiskTests
{
    private const string Bitmap = "replicated";

    // 1 MB a second over a disk of 16 MiB
    private static readonly SimulatedDisk Disk = new("disk", "/source/disk") { Bytes = 16L << 20, WrittenBytesPerSecond = 1_000_000 };
    private static readonly SimulatedDisk Replicated = new("other", "/source/other") { WrittenBytesPerSecond = 1_000_000 };

    private static SimulatedQemuOptions Guest => SmallGuest with { DirtyBytesPerSecond = 1_000_000, Disks = [Disk, Replicated] };

    private static SimulatedQemuOptions Waiting => Guest with
    {
        Name = "target",
        Incoming = true,
        StartPaused = true,
        Disks = [Disk with { Path = "/target/disk" }, Replicated with { Path = "/target/other" }],
    };

    [Fact]
    public Task It_travels_beside_a_replicated_one() => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            var report = await MigrateAsync(bench, new MigrationDisk("disk"), new MigrationDisk("other") { Bitmap = Bitmap });
            bench.AssertMigrated(report);
            Assert.Empty(report.Warnings);
            Assert.Equal(["disk", "other"], report.Disks.Select(disk => disk.Node));
            Assert.Equal(16L << 20, report.Disks[0].CopiedBytes);
            Assert.InRange(report.Disks[1].CopiedBytes, 30_000_000, 50_000_000); // of 1 GiB
        },
        Guest, Waiting);

    [Theory]
    [InlineData("mirror disks")]
    [InlineData("copy RAM")]
    [InlineData("finish mirrors")]
    public Task One_that_fails_beside_a_replicated_one_leaves_nothing_of_either(string at) => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            using var jobs = bench.Spy.Subscribe("JOB_STATUS_CHANGE");
            var broken = BreakAsync(bench, jobs, at);
            var report = await MigrateAsync(bench, new MigrationDisk("disk"), new MigrationDisk("other") { Bitmap = Bitmap });
            await broken;

            var failure = bench.AssertRolledBack(report);
            Assert.Equal(at, failure.Step);
            Assert.StartsWith("The mirror of the disk 'disk'", failure.Message, StringComparison.Ordinal);
            Assert.Empty(report.Warnings);
            await bench.AssertNothingIsLeftAsync(report);
            var nodes = await bench.Spy.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new QueryNamedBlockNodes { Flat = true }, cancellationToken: Cancellation);
            var bitmap = Assert.Single(nodes.SelectMany(node => node.DirtyBitmaps ?? []));
            Assert.Equal((Bitmap, true, false), (bitmap.Name, bitmap.Recording, bitmap.Busy));
            Assert.True(bitmap.Count > 30_000_000, $"{bitmap.Count}"); // all of it, for another time
        },
        Guest, Waiting, bytesPerSecond: 10_000_000);

    // The replica's first job begins once the mirror is ready; each rests for a moment as the guest stops.
    private static async Task BreakAsync(EngineBench bench, QmpEventSubscription jobs, string at)
    {
        var (job, status) = at switch
        {
            "mirror disks" => ("migrate-100-1-1", "running"),
            "copy RAM" => ("migrate-100-1-1", "null"),
            _ => ("migrate-100-0", "standby"),
        };
        JsonElement change;
        do
        {
            change = (await jobs.ReadAsync(Cancellation)).Data;
        }
        while (change.GetProperty("id").GetString() != job || change.GetProperty("status").GetString() != status);

        if (at == "copy RAM")
        {
            await bench.PassAsync(1.2); // the rounds of the catch-up are over
        }

        await DiskReplica.BreakAsync(bench.Spy, "migrate-100-0", Cancellation);
    }

    private static Task<MigrationReport> MigrateAsync(EngineBench bench, params MigrationDisk[] disks)
    {
        var incoming = new IncomingQemu(bench.Target, Address, kill: _ =>
        {
            bench.Pair.Target.Kill();
            return Task.CompletedTask;
        })
        { DisksListenUri = "unix:/run/100.nbd" };
        return bench.MigrateAsync(new LocalTarget(incoming), change: request => request with { Disks = disks });
    }

    private static async Task ReplicateAsync(EngineBench bench)
    {
        await bench.Spy.ExecuteAsync(QmpCommands.BlockDirtyBitmapAdd, new BlockDirtyBitmapAdd("other", Bitmap), cancellationToken: Cancellation);
        await bench.PassAsync(30);
    }
}
