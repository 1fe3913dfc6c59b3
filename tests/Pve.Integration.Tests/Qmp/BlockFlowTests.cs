using Pve.Qmp;
using Pve.Qmp.Commands;

namespace Pve.Integration.Tests.Qmp;

/// <summary>Disks, jobs, exports, dirty bitmaps and transactions of real QEMUs, typed.</summary>
public sealed class BlockFlowTests
{
    private const int Size = 4 << 20;

    [Fact]
    public async Task A_disk_is_mirrored_into_the_other_sides_export()
    {
        var content = new byte[Size];
        new Random(1).NextBytes(content);
        await using var target = await QmpMachine.StartAsync(directory => File.WriteAllBytes(Path.Combine(directory, "disk"), new byte[Size]));
        await using var source = await QmpMachine.StartAsync(directory => File.WriteAllBytes(Path.Combine(directory, "disk"), content));
        using var targetEvents = target.Client.Subscribe();
        using var events = source.Client.Subscribe();

        await target.DoAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsRaw(new BlockdevOptionsFile(target.Path("disk"))) { NodeName = "copy" });
        await target.DoAsync(QmpCommands.NbdServerStart, new(SocketAddress.Unix(target.Path("nbd"))) { MaxConnections = 2 });
        await target.DoAsync(QmpCommands.BlockExportAdd, new BlockExportOptionsNbd("export", "copy") { Name = "disk", Writable = true });
        Assert.Equal([new() { Id = "export", Type = BlockExportType.Nbd, NodeName = "copy" }], await target.DoAsync(QmpCommands.QueryBlockExports));

        await source.DoAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsFile(source.Path("disk")) { NodeName = "disk" });
        await source.DoAsync(QmpCommands.BlockdevAdd,
            new BlockdevOptionsNbd(SocketAddress.Unix(target.Path("nbd"))) { NodeName = "remote", Export = "disk", OpenTimeout = TimeSpan.FromSeconds(5) });
        await source.DoAsync(QmpCommands.BlockdevMirror,
            new("disk", "remote", MirrorSyncMode.Full) { JobId = "mirror", AutoDismiss = false, CopyMode = MirrorCopyMode.WriteBlocking });

        var ready = await source.WaitAsync(events, QmpEvents.BlockJobReady, job => job.Device == "mirror");
        Assert.Equal((JobType.Mirror, Size, Size), (ready.Type, ready.Len, ready.Offset));
        var job = Assert.Single(await source.DoAsync(QmpCommands.QueryBlockJobs));
        Assert.Equal((JobStatus.Ready, true, BlockDeviceIoStatus.Ok), (job.Status, job.Ready, job.IoStatus));

        await source.DoAsync(QmpCommands.BlockJobSetSpeed, new("mirror", 1 << 30));
        await source.DoAsync(QmpCommands.BlockJobCancel, new("mirror")); // of a ready mirror: both sides are the same
        await source.WaitAsync(events, QmpEvents.JobStatusChange, change => change == new JobStatusChangeEvent { Id = "mirror", Status = JobStatus.Concluded });
        var concluded = Assert.Single(await source.DoAsync(QmpCommands.QueryJobs));
        Assert.Equal((JobStatus.Concluded, null), (concluded.Status, concluded.Error));
        await source.DoAsync(QmpCommands.JobDismiss, new("mirror"));
        Assert.Empty(await source.DoAsync(QmpCommands.QueryJobs));

        await source.DoAsync(QmpCommands.BlockdevDel, new("remote"));
        await target.DoAsync(QmpCommands.BlockExportDel, new("export") { Mode = BlockExportRemoveMode.Hard });
        Assert.Equal("export", (await target.WaitAsync(targetEvents, QmpEvents.BlockExportDeleted, _ => true)).Id);
        await target.DoAsync(QmpCommands.NbdServerStop);
        await target.DoAsync(QmpCommands.BlockdevDel, new("copy"));
        Assert.Equal(content, await File.ReadAllBytesAsync(target.Path("disk"), target.Ct));
    }

    [Fact]
    public async Task A_transaction_does_all_or_nothing()
    {
        await using var qemu = await QmpMachine.StartAsync(directory => File.WriteAllBytes(Path.Combine(directory, "disk"), new byte[Size]));
        using var events = qemu.Client.Subscribe();
        await qemu.DoAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsFile(qemu.Path("disk")) { NodeName = "disk", DetectZeroes = BlockdevDetectZeroes.Unmap, Discard = BlockdevDiscard.Unmap });
        await qemu.DoAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsNullCo { NodeName = "nothing", Size = Size });
        var add = TransactionAction.BlockDirtyBitmapAdd(new("disk", "b") { Granularity = 65536 });

        await Assert.ThrowsAsync<QmpCommandException>(() => qemu.DoAsync(QmpCommands.Transaction, new([add, TransactionAction.Abort()])));
        Assert.Empty((await DiskAsync(qemu)).DirtyBitmaps ?? []);

        var backup = TransactionAction.BlockdevBackup(new("disk", "nothing", MirrorSyncMode.Full) { JobId = "backup" });
        await qemu.DoAsync(QmpCommands.Transaction, new([add]));
        await qemu.DoAsync(QmpCommands.Transaction, new([TransactionAction.BlockDirtyBitmapClear(new("disk", "b")), backup]));
        Assert.Null((await qemu.WaitAsync(events, QmpEvents.BlockJobCompleted, job => job.Device == "backup")).Error);

        await qemu.DoAsync(QmpCommands.BlockDirtyBitmapAdd, new("disk", "sum") { Granularity = 65536, Disabled = true });
        await qemu.DoAsync(QmpCommands.BlockDirtyBitmapMerge, new("disk", "sum", ["b", new("b", "disk")]));
        await qemu.DoAsync(QmpCommands.BlockDirtyBitmapDisable, new("disk", "b"));
        var disk = await DiskAsync(qemu);
        Assert.Equal([("b", false), ("sum", false)], disk.DirtyBitmaps!.Select(bitmap => (bitmap.Name, bitmap.Recording)).Order());
        Assert.Equal((BlockdevDetectZeroes.Unmap, "file", Size), (disk.DetectZeroes, disk.Driver, disk.Image.VirtualSize));
        await qemu.DoAsync(QmpCommands.BlockDirtyBitmapRemove, new("disk", "sum"));
    }

    [Fact]
    public async Task Nodes_are_opened_reopened_limited_resized_and_closed()
    {
        await using var qemu = await QmpMachine.StartAsync(directory => File.WriteAllBytes(Path.Combine(directory, "disk"), new byte[Size]));
        await qemu.DoAsync(QmpCommands.ObjectAdd, new ThrottleGroupObject("group") { Limits = new() { BpsTotal = 1 << 20, BpsTotalMax = 1 << 21, BpsTotalMaxLength = TimeSpan.FromSeconds(2) } });
        await qemu.DoAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsFile(qemu.Path("disk")) { NodeName = "file", Locking = OnOffAuto.Off, Aio = BlockdevAio.Threads });
        await qemu.DoAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsThrottle("group", "file") { NodeName = "slow" });
        await qemu.DoAsync(QmpCommands.BlockdevReopen, new([new BlockdevOptionsThrottle("group", "file") { NodeName = "slow", ReadOnly = true }]));
        Assert.True((await DiskAsync(qemu, "slow")).ReadOnly);
        await qemu.DoAsync(QmpCommands.BlockdevReopen, new([new BlockdevOptionsThrottle("group", "file") { NodeName = "slow" }]));
        await qemu.DoAsync(QmpCommands.BlockSetWriteThreshold, new("file", 1024));
        Assert.Equal(1024, (await DiskAsync(qemu, "file")).WriteThreshold);
        await qemu.DoAsync(QmpCommands.BlockResize, new(2 * Size) { NodeName = "file" });
        Assert.Equal(2 * Size, new FileInfo(qemu.Path("disk")).Length);
        await qemu.DoAsync(QmpCommands.BlockdevDel, new("slow"));
        await qemu.DoAsync(QmpCommands.BlockdevDel, new("file"));
        await qemu.DoAsync(QmpCommands.ObjectDel, new("group"));
        Assert.Empty(await qemu.DoAsync(QmpCommands.QueryNamedBlockNodes, new() { Flat = true }));
        var refusal = await Assert.ThrowsAsync<QmpCommandException>(
            () => qemu.DoAsync(QmpCommands.BlockdevAdd, new BlockdevOptionsOther("teleport") { NodeName = "x", Others = new() { { "speed", 1 } } }));
        Assert.Contains("teleport", refusal.Description, StringComparison.Ordinal);
    }

    private static async Task<BlockDeviceInfo> DiskAsync(QmpMachine qemu, string node = "disk")
        => (await qemu.DoAsync(QmpCommands.QueryNamedBlockNodes, new() { Flat = true })).Single(info => info.NodeName == node);
}
