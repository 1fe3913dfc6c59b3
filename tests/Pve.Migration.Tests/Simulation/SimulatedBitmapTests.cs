using System.Collections;
using System.Text.Json;
using CsCheck;
using Pve.Migration.Testing;
using Pve.Migration.Testing.Simulation.Storage;
using Pve.Migration.Tests.Engine;
using Pve.Qmp;
using static Pve.Migration.Tests.Engine.EngineBench;

namespace Pve.Migration.Tests.Simulation;

/// <summary>What a running guest writes is in the dirty bitmaps of its disk, and what a backup of them copies is not any more.</summary>
public sealed class SimulatedBitmapTests
{
    private const long MiB = 1 << 20;

    private static readonly SimulatedQemuOptions Writing = SmallGuest with
    {
        Disks = [new SimulatedDisk("disk", "/here") { Bytes = 64 * MiB, WrittenBytesPerSecond = MiB }],
    };

    [Fact]
    public Task It_counts_what_was_written_since_up_to_the_whole_disk() => RunAsync(async bench =>
    {
        await AskAsync(bench, "block-dirty-bitmap-add", """{"node":"disk","name":"b"}""");
        await bench.PassAsync(10.01);
        Assert.Equal((10 * MiB) + 65536, await CountAsync(bench));
        await bench.PassAsync(30);
        Assert.Equal((40 * MiB) + 65536, await CountAsync(bench));
        await AskAsync(bench, "block-dirty-bitmap-clear", """{"node":"disk","name":"b"}""");
        await bench.PassAsync(30);
        Assert.InRange(await CountAsync(bench), 30 * MiB, (30 * MiB) + (3 * 65536)); // over the end, and again from the beginning
        await bench.PassAsync(100);
        Assert.Equal(64 * MiB, await CountAsync(bench));
    }, Writing);

    [Fact]
    public Task A_guest_that_stands_still_writes_nothing() => RunAsync(async bench =>
    {
        await AskAsync(bench, "block-dirty-bitmap-add", """{"node":"disk","name":"b"}""");
        await bench.PassAsync(2.01);
        await bench.Source.ExecuteAsync(QmpCommands.Stop, cancellationToken: Cancellation);
        var before = await CountAsync(bench);
        await bench.PassAsync(10);
        Assert.Equal(before, await CountAsync(bench));
        await bench.Source.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
        await bench.PassAsync(1);
        Assert.Equal(before + MiB, await CountAsync(bench));
    }, Writing);

    [Fact]
    public Task A_bitmap_that_is_switched_off_notes_nothing() => RunAsync(async bench =>
    {
        await AskAsync(bench, "block-dirty-bitmap-add", """{"node":"disk","name":"b"}""");
        await bench.PassAsync(1.01);
        await AskAsync(bench, "block-dirty-bitmap-disable", """{"node":"disk","name":"b"}""");
        await bench.PassAsync(5);
        Assert.Equal(MiB + 65536, await CountAsync(bench));
    }, Writing);

    [Theory]
    [InlineData("incremental", "on-success", false, 3)] // what was written while it ran
    [InlineData("bitmap", "never", false, 11)]
    [InlineData("bitmap", "always", true, 3)]
    [InlineData("incremental", "on-success", true, 11)]
    public Task What_is_written_during_a_backup_is_kept_for_the_next(string sync, string mode, bool cancelled, int leftMiB) => RunAsync(async bench =>
    {
        bench.Pair.Link.CreateImage("/copy", 64 * MiB);
        await AskAsync(bench, "blockdev-add", """{"driver":"raw","node-name":"copy","file":{"driver":"file","filename":"/copy"}}""");
        await AskAsync(bench, "block-dirty-bitmap-add", """{"node":"disk","name":"b"}""");
        await bench.PassAsync(8);
        using var ended = bench.Source.Subscribe("BLOCK_JOB_COMPLETED", "BLOCK_JOB_CANCELLED");
        await AskAsync(
            bench, "blockdev-backup",
            $$"""{"job-id":"k","device":"disk","target":"copy","sync":"{{sync}}","bitmap":"b","bitmap-mode":"{{mode}}","speed":{{8 * MiB / 3}}}""");
        if (cancelled)
        {
            await bench.PassAsync(3);
            await AskAsync(bench, "block-job-cancel", """{"device":"k"}""");
        }

        var told = (await ended.ReadAsync(Cancellation)).Data;
        Assert.InRange(told.GetProperty("len").GetInt64(), 8 * MiB, (8 * MiB) + 65536);
        Assert.InRange(await CountAsync(bench), leftMiB * MiB, (leftMiB * MiB) + (2 * 65536));
    }, Writing);

    [Fact]
    public Task It_goes_along_with_the_guest() => RunAsync(async bench =>
    {
        await AskAsync(bench, "block-dirty-bitmap-add", """{"node":"disk","name":"b"}""");
        foreach (var side in new[] { bench.Source, bench.Target })
        {
            await side.ExecuteAsync(
                "migrate-set-capabilities", JsonElement.Parse("""{"capabilities":[{"capability":"dirty-bitmaps","state":true}]}"""), cancellationToken: Cancellation);
        }

        await bench.PassAsync(5);
        await bench.Target.ExecuteAsync("migrate-incoming", JsonElement.Parse($$"""{"uri":"{{Address}}"}"""), cancellationToken: Cancellation);
        await AskAsync(bench, "migrate", $$"""{"uri":"{{Address}}"}""");
        await bench.PassAsync(30);
        var before = await CountAsync(bench);
        Assert.InRange(before, 5 * MiB, 12 * MiB);
        Assert.Equal(before, await CountAsync(bench.Target));

        await bench.Target.ExecuteAsync(QmpCommands.Continue, cancellationToken: Cancellation);
        await bench.PassAsync(100);
        Assert.Equal((before, 64 * MiB), (await CountAsync(bench), await CountAsync(bench.Target)));
    }, Writing);

    [Fact]
    public void Stretches_that_meet_are_one() => Gen.Select(Gen.Int[0, 60], Gen.Int[0, 60]).Array[0, 20].Sample(all =>
    {
        var (regions, bits) = (new Regions(), new BitArray(60));
        foreach (var (one, other) in all)
        {
            var (from, to) = (Math.Min(one, other), Math.Max(one, other));
            regions.Add(from, to);
            for (var bit = from; bit < to; bit++)
            {
                bits[bit] = true;
            }
        }

        Assert.Equal(bits.Cast<bool>().Count(bit => bit), regions.Bytes);
        Assert.All(regions.All, one => Assert.True(one.From < one.To && Enumerable.Range((int)one.From, (int)(one.To - one.From)).All(bit => bits[bit])));
        Assert.All(regions.All.Zip(regions.All.Skip(1)), pair => Assert.True(pair.First.To < pair.Second.From));
    });

    private static Task<JsonElement> AskAsync(EngineBench bench, string command, string arguments)
        => bench.Source.ExecuteAsync(command, JsonElement.Parse(arguments), cancellationToken: Cancellation);

    private static Task<long> CountAsync(EngineBench bench) => CountAsync(bench.Source);

    private static async Task<long> CountAsync(QmpClient monitor)
    {
        var nodes = await monitor.ExecuteAsync(QmpCommands.QueryNamedBlockNodes, new() { Flat = true }, cancellationToken: Cancellation);
        return Assert.Single(nodes.Single(node => node.NodeName == "disk").DirtyBitmaps!).Count;
    }
}
