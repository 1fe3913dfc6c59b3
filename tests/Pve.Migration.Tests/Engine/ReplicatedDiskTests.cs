using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Pve.Migration.Engine;
using Pve.Migration.Engine.Storage;
using Pve.Migration.Testing;
using Pve.Qmp;
using Pve.Qmp.Commands;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Engine;

/// <summary>Disks of which the target has an older state: only what was written since travels, and nothing is left of it.</summary>
public sealed class ReplicatedDiskTests
{
    private const string Bitmap = "replicated";

    // 1 MB a second over a disk of 1 GiB
    private static readonly SimulatedDisk Disk = new("disk", "/source/disk") { WrittenBytesPerSecond = 1_000_000 };

    private static SimulatedQemuOptions Guest => SmallGuest with { Disks = [Disk] };

    private static SimulatedQemuOptions Waiting
        => Guest with { Name = "target", Incoming = true, StartPaused = true, Disks = [Disk with { Path = "/target/disk" }] };

    [Fact]
    public Task It_is_caught_up_with_and_from_then_on_it_goes_the_other_way() => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            await bench.PassAsync(30);
            var report = await MigrateAsync(bench, change: request => request with { EndsSource = false });

            bench.AssertMigrated(report);
            Assert.Empty(report.Warnings);
            Assert.InRange(Assert.Single(report.Disks).CopiedBytes, 30_000_000, 50_000_000); // of 1 GiB
            Assert.True(Line(report, "finish mirrors") < TimeSpan.FromMilliseconds(20), $"{Line(report, "finish mirrors")}"); // at most what half a second wrote
            Assert.Equal((true, true), (await BitmapAsync(bench.Target) is { Recording: true }, await BitmapAsync(bench.Spy) is { Count: > 30_000_000 }));
            await AssertNothingIsLeftAsync(bench.Spy);
        },
        Guest, Waiting);

    [Theory]
    [InlineData("mirror disks")]
    [InlineData("copy RAM")]
    public Task A_target_that_takes_it_no_more_costs_nothing(string at) => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            await bench.PassAsync(30);
            var stopped = Task.CompletedTask;
            var isStopped = false;
            var progress = new Handler(seen =>
            {
                if (!isStopped && seen.Step == at && (seen.Disks is [{ CopiedBytes: >= 0 }] || seen.RamTransferredBytes > 0))
                {
                    isStopped = true;
                    stopped = bench.Target.ExecuteAsync(QmpCommands.NbdServerStop);
                }
            });
            var report = await MigrateAsync(bench, progress);
            await stopped;

            var failure = bench.AssertRolledBack(report);
            Assert.Equal(at, failure.Step);
            Assert.Contains("did not reach the target", failure.Message, StringComparison.Ordinal);
            Assert.Empty(report.Warnings);
            Assert.True(await BitmapAsync(bench.Spy) is { Count: > 30_000_000 }); // all of it, for another time
            await AssertNothingIsLeftAsync(bench.Spy);
        },
        Guest, Waiting, bytesPerSecond: 10_000_000);

    [Fact]
    public Task A_failure_inside_the_pause_leaves_nothing_of_it() => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            bench.Ownership.Before = step => step == "hand over ownership" ? throw new OwnershipException("not today") : Task.CompletedTask;
            var report = await MigrateAsync(bench);
            bench.AssertRolledBack(report);
            Assert.Empty(report.Warnings);
            await AssertNothingIsLeftAsync(bench.Spy);
        },
        Guest, Waiting);

    [Fact]
    public Task Without_its_bitmap_nothing_is_touched() => RunAsync(
        async bench =>
        {
            var failure = bench.AssertRolledBack(await MigrateAsync(bench));
            Assert.Equal("check disks", failure.Step);
            Assert.Contains("has no bitmap 'replicated'", failure.Message, StringComparison.Ordinal);
        },
        Guest, Waiting);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_bitmap_that_does_not_record_is_found_whoever_has_the_targets_monitor(bool isOutOfReach) => RunAsync(
        async bench =>
        {
            await bench.Spy.ExecuteAsync(
                QmpCommands.BlockDirtyBitmapAdd, new BlockDirtyBitmapAdd("disk", Bitmap) { Disabled = true }, cancellationToken: Cancellation);
            var failure = bench.AssertRolledBack(await MigrateAsync(bench, target: Target(bench, isOutOfReach)));
            Assert.Equal("check disks", failure.Step);
            Assert.Contains("does not note what is written", failure.Message, StringComparison.Ordinal);
        },
        Guest, Waiting);

    [Fact]
    public Task Where_nothing_can_go_the_other_way_that_is_said() => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            var report = await MigrateAsync(bench, target: Target(bench, isOutOfReach: true));
            Assert.Contains(report.Warnings, warning => warning.Contains("no bitmap notes there what the guest writes to 'disk'", StringComparison.Ordinal));
            Assert.Null(await BitmapAsync(bench.Target));
        },
        Guest, Waiting);

    // It writes twice what its mirror may take, or as much as the link carries.
    [Theory]
    [InlineData(2_000_000, 1_000_000, 10_000_000)]
    [InlineData(12_000_000, 0, 10_000_000)]
    public Task One_that_is_written_as_fast_as_it_is_copied_never_comes_to_the_pause(long written, long maxBandwidth, long bytesPerSecond)
    {
        var guest = Guest with { Disks = [Disk with { WrittenBytesPerSecond = written }] };
        return RunAsync(
            async bench =>
            {
                await ReplicateAsync(bench);
                await bench.PassAsync(5);
                var failure = bench.AssertRolledBack(await MigrateAsync(bench, maxBandwidth: maxBandwidth));
                Assert.Equal("mirror disks", failure.Step);
                Assert.Contains("written as fast as they are copied", failure.Message, StringComparison.Ordinal);
                Assert.Contains("Raise their bandwidth", failure.Remedy, StringComparison.Ordinal);
                Assert.Single(bench.Pair.Runs); // it was never paused
                await AssertNothingIsLeftAsync(bench.Spy);
            },
            guest, Waiting, bytesPerSecond);
    }

    [Fact]
    public Task One_that_gets_busy_meanwhile_never_comes_to_the_pause() => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            await bench.PassAsync(0.1); // a little, which is soon caught up with
            var failure = bench.AssertRolledBack(await MigrateAsync(bench, maxBandwidth: 1_000_000, change: request => request with { MaxBandwidth = 1_000_000 }));
            Assert.Equal("copy RAM", failure.Step);
            Assert.Contains("written as fast as they are copied", failure.Message, StringComparison.Ordinal);
            Assert.Single(bench.Pair.Runs);
        },
        Guest with { Disks = [Disk with { WrittenBytesPerSecond = 1_500_000 }] }, Waiting);

    [Fact]
    public Task What_it_has_to_copy_inside_the_pause_is_foreseen() => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            var report = await MigrateAsync(bench, change: request => request with { MaxBandwidth = 10_000_000 });
            bench.AssertMigrated(report);
            var (predicted, paused, last) = (report.PredictedPause!.Value, report.Ledger.Paused!.Value, Line(report, "finish mirrors"));
            Assert.True(predicted / paused is > 0.6 and < 1.4 && last > paused / 2, $"{predicted} {paused} {last}");
        },
        Guest with { Disks = [Disk with { WrittenBytesPerSecond = 30_000_000 }] }, Waiting);

    [Fact]
    public Task A_bitmap_that_the_target_already_has_is_found_before_anything_is_touched() => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            await bench.Target.ExecuteAsync(QmpCommands.BlockDirtyBitmapAdd, new BlockDirtyBitmapAdd("disk", Bitmap), cancellationToken: Cancellation);
            var failure = bench.AssertRolledBack(await MigrateAsync(bench));
            Assert.Equal("check disks", failure.Step);
            Assert.Contains("already has a bitmap 'replicated'", failure.Message, StringComparison.Ordinal);
        },
        Guest, Waiting);

    [Fact]
    public Task The_way_back_begins_while_the_exports_are_stopped() => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            var hasBegun = false;
            var target = Target(bench);
            target.After = async step => hasBegun |= step == "stop exports" && await BitmapAsync(bench.Target) is not null;
            bench.AssertMigrated(await MigrateAsync(bench, target: target));
            Assert.True(hasBegun);
        },
        Guest, Waiting);

    // The slower one has a round under way nearly all the time.
    [Theory]
    [InlineData(2_000_000)]
    [InlineData(1_050_000)]
    public Task Inside_the_pause_it_keeps_no_bandwidth(long maxBandwidth) => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            await bench.PassAsync(1);
            var report = await MigrateAsync(bench, maxBandwidth: maxBandwidth);
            bench.AssertMigrated(report);
            Assert.True(Line(report, "finish mirrors") < TimeSpan.FromMilliseconds(50), $"{Line(report, "finish mirrors")}");
        },
        Guest, Waiting);

    [Theory]
    [InlineData("mirror disks")]
    [InlineData("copy RAM")]
    public Task A_silent_way_is_broken_before_the_guest_misses_it(string at) => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            await bench.PassAsync(30);
            var frozenAt = TimeSpan.Zero;
            var began = bench.Time.GetTimestamp();
            using var ends = bench.Spy.Subscribe("BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED");
            var progress = new Handler(seen =>
            {
                if (frozenAt == TimeSpan.Zero && seen.Step == at && (seen.Disks is [{ CopiedBytes: >= 0 }] || seen.RamTransferredBytes > 0))
                {
                    frozenAt = bench.Time.GetElapsedTime(began);
                    bench.Pair.Target.Freeze();
                }
            });
            var migration = MigrateAsync(bench, progress);
            do
            {
                await ends.ReadAsync(Cancellation);
            }
            while (frozenAt == TimeSpan.Zero);

            var brokenAfter = bench.Time.GetElapsedTime(began) - frozenAt;
            bench.AssertRolledBack(await migration);
            Assert.InRange(brokenAfter, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(7));
            await AssertNothingIsLeftAsync(bench.Spy);
        },
        Guest, Waiting, bytesPerSecond: 10_000_000);

    [Theory]
    [InlineData("blockdev-add")]
    [InlineData("transaction")]
    [InlineData("blockdev-backup")]
    public Task What_was_asked_for_and_never_answered_is_not_left(string command) => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            await bench.PassAsync(30);
            using var cancelling = new CancellationTokenSource();
            var pipe = bench.Pair.Source.OpenMonitor();
            var source = new Ends(pipe.Input, PipeWriter.Create(new Ear(pipe.Output, $"\"{command}\"", cancelling)));
            await using var monitor = await QmpClient.ConnectAsync(source, "source", new QmpClientOptions { TimeProvider = bench.Time }, Cancellation);
            var report = await MigrateAsync(bench, change: request => request with { Source = monitor }, cancellation: cancelling.Token);
            Assert.Equal("mirror disks", bench.AssertRolledBack(report).Step);
            Assert.Empty(report.Warnings);
            await AssertNothingIsLeftAsync(bench.Spy);
        },
        Guest, Waiting, bytesPerSecond: 10_000_000);

    [Fact]
    public Task What_cannot_be_removed_keeps_none_of_the_rest() => RunAsync(
        async bench =>
        {
            foreach (var name in new[] { "migrate-100-0", "migrate-100-1" })
            {
                await bench.Spy.ExecuteAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsNullCo { NodeName = name, Size = 1L << 30 }, cancellationToken: Cancellation);
            }

            await bench.Spy.ExecuteAsync(QmpCommands.BlockDirtyBitmapAdd, new BlockDirtyBitmapAdd("disk", "migrate-100-0"), cancellationToken: Cancellation);
            await bench.Spy.ExecuteAsync(
                QmpCommands.BlockdevBackup, new BlockdevBackup("disk", "migrate-100-1", MirrorSyncMode.None) { JobId = "others" }, cancellationToken: Cancellation);
            var left = await Assert.ThrowsAsync<MigrationFailedException>(() => LeftoverMirrors.RemoveAsync(bench.Source, VmId, bench.Time, Cancellation));
            Assert.Contains("the node 'migrate-100-1'", left.Message, StringComparison.Ordinal);
            await bench.Spy.ExecuteAsync(QmpCommands.BlockJobCancel, new BlockJobCancel("others") { Force = true }, cancellationToken: Cancellation);
            await bench.Spy.ExecuteAsync(QmpCommands.BlockdevDel, new NodeReference("migrate-100-1"), cancellationToken: Cancellation);
            await AssertNothingIsLeftAsync(bench.Spy);
        },
        Guest, Waiting);

    [Fact]
    public Task What_is_let_go_of_a_moment_later_is_removed_too() => RunAsync(
        async bench =>
        {
            await TellAsync(bench.Spy, "blockdev-add", """{"driver":"null-co","node-name":"migrate-100-0","size":1073741824}""");
            await TellAsync(bench.Spy, "blockdev-backup", """{"job-id":"others","device":"disk","target":"migrate-100-0","sync":"none"}""");
            var removing = LeftoverMirrors.RemoveAsync(bench.Source, VmId, disks: 1, bench.Time, Cancellation);
            await bench.PassAsync(0.5);
            Assert.False(removing.IsCompleted);
            await TellAsync(bench.Spy, "block-job-cancel", """{"device":"others","force":true}""");
            await removing;
            await AssertNothingIsLeftAsync(bench.Spy);
        },
        Guest, Waiting);

    [Fact]
    public Task A_round_that_a_crash_left_ends_though_its_way_is_silent() => RunAsync(
        async bench =>
        {
            await TellAsync(bench.Target, "nbd-server-start", """{"addr":{"type":"unix","data":{"path":"/run/100.nbd"}}}""");
            await TellAsync(bench.Target, "block-export-add", """{"type":"nbd","id":"e","node-name":"disk","writable":true}""");
            await TellAsync(bench.Spy, "block-dirty-bitmap-add", """{"node":"disk","name":"migrate-100-0"}""");
            await TellAsync(
                bench.Spy, "blockdev-add", """{"driver":"nbd","node-name":"migrate-100-0","server":{"type":"unix","path":"/run/100.nbd"},"export":"disk"}""");
            await TellAsync(bench.Spy, "blockdev-add", """{"driver":"null-co","node-name":"migrate-100-0-n","size":1073741824}""");
            await TellAsync(
                bench.Spy, "blockdev-add",
                """{"driver":"quorum","node-name":"migrate-100-0-s","vote-threshold":1,"children":["migrate-100-0","migrate-100-0-n"]}""");
            await bench.PassAsync(30);
            await TellAsync(
                bench.Spy, "blockdev-backup",
                """{"job-id":"migrate-100-0-1","device":"disk","target":"migrate-100-0-s","sync":"incremental","bitmap":"migrate-100-0"}""");
            bench.Pair.Target.Freeze();
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(2), bench.Time);
            await LeftoverMirrors.RemoveAsync(bench.Source, VmId, bench.Time, deadline.Token);
            await AssertNothingIsLeftAsync(bench.Spy);
        },
        Guest, Waiting, bytesPerSecond: 10_000_000);

    [Fact]
    public Task Bitmaps_of_others_travel_along_where_that_is_wanted() => RunAsync(
        async bench =>
        {
            await ReplicateAsync(bench);
            var report = await bench.MigrateAsync(change: request => request with { Transfer = new TransferPolicy { CarriesBitmaps = true } });
            bench.AssertMigrated(report);
            Assert.Contains(MigrationCapability.DirtyBitmaps, report.Capabilities);
            Assert.NotNull(await BitmapAsync(bench.Target));
        },
        Guest, Waiting);

    private static Task<MigrationReport> MigrateAsync(
        EngineBench bench, IProgress<MigrationProgress>? progress = null, Func<MigrationRequest, MigrationRequest>? change = null, IMigrationTarget? target = null,
        long maxBandwidth = 0, CancellationToken? cancellation = null)
        => bench.MigrateAsync(
            target ?? Target(bench), progress: progress, cancellation: cancellation,
            change: request => (change?.Invoke(request) ?? request) with { Disks = [new MigrationDisk("disk") { Bitmap = Bitmap, MaxBandwidth = maxBandwidth }] });

    private static HookedTarget Target(EngineBench bench, bool isOutOfReach = false)
        => new(new LocalTarget(bench.IncomingWithDisks())) { IsOutOfReach = isOutOfReach };

    private static Task<JsonElement> TellAsync(QmpClient monitor, string command, string arguments)
        => monitor.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Cancellation);

    private static Task<QmpNothing> ReplicateAsync(EngineBench bench)
        => bench.Spy.ExecuteAsync(QmpCommands.BlockDirtyBitmapAdd, new BlockDirtyBitmapAdd("disk", Bitmap), cancellationToken: Cancellation);

    private static async Task<BlockDirtyInfo?> BitmapAsync(QmpClient monitor)
        => (await NodesAsync(monitor)).Single(node => node.NodeName == "disk").DirtyBitmaps?.SingleOrDefault(bitmap => bitmap.Name == Bitmap);

    private static async Task AssertNothingIsLeftAsync(QmpClient monitor)
    {
        var nodes = await NodesAsync(monitor);
        Assert.DoesNotContain(nodes, node => node.NodeName!.StartsWith("migrate-", StringComparison.Ordinal));
        Assert.DoesNotContain(nodes.SelectMany(node => node.DirtyBitmaps ?? []), bitmap => bitmap.Name!.StartsWith("migrate-", StringComparison.Ordinal));
        Assert.Empty(await monitor.ExecuteAsync(QmpCommands.QueryBlockJobs, cancellationToken: Cancellation));
    }

    private static Task<IReadOnlyList<BlockDeviceInfo>> NodesAsync(QmpClient monitor)
        => monitor.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new QueryNamedBlockNodes { Flat = true }, cancellationToken: Cancellation);

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Cancels as a word goes through.</summary>
    private sealed class Ear(PipeWriter inner, string word, CancellationTokenSource cancelling) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Encoding.UTF8.GetString(buffer.Span).Contains(word, StringComparison.Ordinal))
            {
                await cancelling.CancelAsync(); // before the answer can be there
            }

            await inner.WriteAsync(buffer, CancellationToken.None);
        }
    }
}
