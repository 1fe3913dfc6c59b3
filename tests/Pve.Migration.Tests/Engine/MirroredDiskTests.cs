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

    // As since QEMU 8.2: the guest's writes wait for the mirror.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_silent_way_is_broken_before_the_guest_misses_it(bool holds) => RunAsync(
        async bench =>
        {
            using var ends = bench.Spy.Subscribe("BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED");
            var control = new MigrationControl(holds);
            var migrating = MigrateAsync(bench, request => request with { Control = control, MaxBandwidth = 1_000_000 }, new MigrationDisk("disk"));
            await bench.PassAsync(20);
            Assert.Equal(MigrationStatus.Active, bench.Pair.Source.MigrationStatus);
            var frozenAt = bench.Time.GetTimestamp();
            bench.Pair.Target.Freeze();
            await ends.ReadAsync(Cancellation);
            Assert.InRange(bench.Time.GetElapsedTime(frozenAt), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8));

            var failure = bench.AssertRolledBack(await migrating);
            Assert.Equal("copy RAM", failure.Step);
            Assert.Contains("did not reach the target", failure.Message, StringComparison.Ordinal);
            Assert.Single(bench.Pair.Runs);
        },
        Guest with { ChangesBlockJobs = true }, Waiting);

    [Fact]
    public Task One_that_blocks_writes_and_gets_on_is_left_alone() => RunAsync(
        async bench =>
        {
            var report = await MigrateAsync(bench, request => request with { MaxBandwidth = 10_000_000 }, new MigrationDisk("disk"));
            bench.AssertMigrated(report);
            Assert.True(bench.Pair.Link.FindImage("/target/disk")!.HoldsAllOf(bench.Pair.Link.FindImage("/source/disk")!));
        },
        Guest with { ChangesBlockJobs = true }, Waiting with { ChangesBlockJobs = true });

    [Fact]
    public Task A_job_of_another_kind_is_not_made_one_that_blocks_writes() => RunAsync(
        async bench =>
        {
            await TellAsync("blockdev-add", """{"driver":"null-co","node-name":"copy","size":16777216}""");
            await TellAsync("blockdev-backup", """{"job-id":"k","device":"disk","target":"copy","sync":"full","speed":65536}""");
            var refused = await Assert.ThrowsAsync<QmpCommandException>(() => TellAsync("block-job-change", """{"id":"k","type":"mirror","copy-mode":"write-blocking"}"""));
            Assert.Contains("does not support change", refused.Message, StringComparison.Ordinal);

            Task<JsonElement> TellAsync(string command, string arguments)
                => bench.Spy.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Cancellation);
        },
        Guest with { ChangesBlockJobs = true }, Waiting);

    [Fact]
    public Task One_that_is_written_as_fast_as_it_is_mirrored_is_given_up() => RunAsync(
        async bench =>
        {
            var report = await MigrateAsync(bench, new MigrationDisk("disk") { MaxBandwidth = 500_000 });
            var failure = bench.AssertRolledBack(report);
            Assert.Equal("mirror disks", failure.Step);
            Assert.Contains("written as fast as they are mirrored", failure.Message, StringComparison.Ordinal);
            Assert.InRange(Line(report, "mirror disks").TotalSeconds, 625, 640); // the first half a minute got on
        },
        Guest, Waiting);

    [Theory]
    [InlineData("disk")]
    [InlineData("other")]
    public Task The_goals_time_is_that_of_the_disks_too(string disk) => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            var goal = new MigrationGoal { Pause = TimeSpan.FromSeconds(1), Time = TimeSpan.FromSeconds(5) };
            var slow = new MigrationDisk(disk) { MaxBandwidth = 1_100_000, Bitmap = disk == "other" ? Bitmap : null };
            var report = await MigrateAsync(bench, request => request with { Goal = goal }, slow);
            var failure = bench.AssertRolledBack(report);
            Assert.Equal("mirror disks", failure.Step);
            Assert.StartsWith("The goal was not kept", failure.Message, StringComparison.Ordinal);
            Assert.InRange(report.Statistics.Total.TotalSeconds, 5, 6);
            Assert.IsType<ConvergenceDecision.GiveUp>(Assert.Single(report.Convergence).Decision);
        },
        Guest, Waiting);

    [Fact]
    public Task Progress_says_that_they_are_alike() => RunAsync(
        async bench =>
        {
            var seen = new Handler(_ => { });
            bench.AssertMigrated(await MigrateAsync(bench, request => request, seen, new MigrationDisk("disk")));
            var size = 16L << 20;
            Assert.Equal(new DiskProgress("disk", size, size, true), Assert.Single(seen.Seen.First(progress => progress.Step == "copy RAM").Disks));
            Assert.Equal(new DiskProgress("disk", size, size, true), Assert.Single(seen.Seen[^1].Disks));
        },
        Guest, Waiting);

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

        await DiskMirror.BreakAsync(bench.Spy, "migrate-100-0", Cancellation);
    }

    private static Task<MigrationReport> MigrateAsync(EngineBench bench, params MigrationDisk[] disks) => MigrateAsync(bench, request => request, disks);

    private static Task<MigrationReport> MigrateAsync(EngineBench bench, Func<MigrationRequest, MigrationRequest> change, params MigrationDisk[] disks)
        => MigrateAsync(bench, change, null, disks);

    private static Task<MigrationReport> MigrateAsync(
        EngineBench bench, Func<MigrationRequest, MigrationRequest> change, IProgress<MigrationProgress>? progress, params MigrationDisk[] disks)
        => bench.MigrateAsync(new LocalTarget(bench.IncomingWithDisks()), progress: progress, change: request => change(request) with { Disks = disks });

    private static async Task ReplicateAsync(EngineBench bench)
    {
        await bench.Spy.ExecuteAsync(QmpCommands.BlockDirtyBitmapAdd, new BlockDirtyBitmapAdd("other", Bitmap), cancellationToken: Cancellation);
        await bench.PassAsync(30);
    }
}
