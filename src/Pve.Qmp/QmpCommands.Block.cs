using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>Disks: the block nodes and what is done to them.</content>
public static partial class QmpCommands
{
    /// <summary><c>query-block</c>: the guest's drives.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<BlockInfo>> QueryBlock
        => field ??= Query("query-block", BlockJson.Default.IReadOnlyListBlockInfo);

    /// <summary><c>query-named-block-nodes</c>: the block nodes.</summary>
    public static QmpCommand<QueryNamedBlockNodes, IReadOnlyList<BlockDeviceInfo>> QueryNamedBlockNodes
        => field ??= Command("query-named-block-nodes", BlockJson.Default.QueryNamedBlockNodes, BlockJson.Default.IReadOnlyListBlockDeviceInfo);

    /// <summary><c>query-blockstats</c>: what drives or nodes have done.</summary>
    public static QmpCommand<QueryBlockStats, IReadOnlyList<BlockStats>> QueryBlockStats
        => field ??= Command("query-blockstats", BlockJson.Default.QueryBlockStats, BlockJson.Default.IReadOnlyListBlockStats);

    /// <summary><c>blockdev-add</c>: opens a block node. After a deadline look for it before you undo: it may still come.</summary>
    public static QmpCommand<BlockdevOptions, QmpNothing> BlockdevAdd
        => field ??= Command("blockdev-add", BlockJson.Default.BlockdevOptions);

    /// <summary><c>blockdev-reopen</c>: changes nodes' options.</summary>
    public static QmpCommand<BlockdevReopen, QmpNothing> BlockdevReopen
        => field ??= Command("blockdev-reopen", BlockJson.Default.BlockdevReopen);

    /// <summary><c>blockdev-del</c>: closes a node that nothing uses.</summary>
    public static QmpCommand<NodeReference, QmpNothing> BlockdevDel => field ??= Command("blockdev-del", BlockJson.Default.NodeReference);

    /// <summary><c>blockdev-set-active</c>: takes images over, or lets them go for the other side. Since QEMU 10.0.</summary>
    [QmpSince("10.0")]
    public static QmpCommand<BlockdevSetActive, QmpNothing> BlockdevSetActive
        => field ??= Command("blockdev-set-active", BlockJson.Default.BlockdevSetActive);

    /// <summary><c>blockdev-mirror</c>: begins a job that copies a disk to a node and keeps both the same.</summary>
    public static QmpCommand<BlockdevMirror, QmpNothing> BlockdevMirror
        => field ??= Command("blockdev-mirror", BlockJson.Default.BlockdevMirror);

    /// <summary><c>drive-mirror</c>: begins a job that copies a disk to a file or URI and keeps both the same.</summary>
    public static QmpCommand<DriveMirror, QmpNothing> DriveMirror => field ??= Command("drive-mirror", BlockJson.Default.DriveMirror);

    /// <summary><c>blockdev-backup</c>: begins a job that saves a disk as it is now.</summary>
    public static QmpCommand<BlockdevBackup, QmpNothing> BlockdevBackup
        => field ??= Command("blockdev-backup", BlockJson.Default.BlockdevBackup);

    /// <summary><c>blockdev-snapshot</c>: lets a node be written to an overlay from now on.</summary>
    public static QmpCommand<BlockdevSnapshot, QmpNothing> BlockdevSnapshot
        => field ??= Command("blockdev-snapshot", BlockJson.Default.BlockdevSnapshot);

    /// <summary><c>blockdev-snapshot-sync</c>: makes an overlay and writes to it from now on.</summary>
    public static QmpCommand<BlockdevSnapshotSync, QmpNothing> BlockdevSnapshotSync
        => field ??= Command("blockdev-snapshot-sync", BlockJson.Default.BlockdevSnapshotSync);

    /// <summary><c>blockdev-snapshot-internal-sync</c>: makes a snapshot inside an image.</summary>
    public static QmpCommand<BlockdevSnapshotInternal, QmpNothing> BlockdevSnapshotInternalSync
        => field ??= Command("blockdev-snapshot-internal-sync", BlockJson.Default.BlockdevSnapshotInternal);

    /// <summary><c>blockdev-snapshot-delete-internal-sync</c>: deletes a snapshot inside an image.</summary>
    public static QmpCommand<BlockdevSnapshotDeleteInternal, SnapshotInfo> BlockdevSnapshotDeleteInternalSync
        => field ??= Command(
            "blockdev-snapshot-delete-internal-sync", BlockJson.Default.BlockdevSnapshotDeleteInternal, BlockJson.Default.SnapshotInfo);

    /// <summary><c>block-commit</c>: begins a job that merges images downwards.</summary>
    public static QmpCommand<BlockCommit, QmpNothing> BlockCommit => field ??= Command("block-commit", BlockJson.Default.BlockCommit);

    /// <summary><c>block-stream</c>: begins a job that merges images upwards.</summary>
    public static QmpCommand<BlockStreamArguments, QmpNothing> BlockStream
        => field ??= Command("block-stream", BlockJson.Default.BlockStreamArguments);

    /// <summary><c>change-backing-file</c>: changes what an image says it is based on.</summary>
    public static QmpCommand<ChangeBackingFile, QmpNothing> ChangeBackingFile
        => field ??= Command("change-backing-file", BlockJson.Default.ChangeBackingFile);

    /// <summary><c>block_resize</c>: changes a disk's size.</summary>
    public static QmpCommand<BlockResize, QmpNothing> BlockResize => field ??= Command("block_resize", BlockJson.Default.BlockResize);

    /// <summary><c>block_set_io_throttle</c>: limits a drive.</summary>
    public static QmpCommand<BlockSetIoThrottle, QmpNothing> BlockSetIoThrottle
        => field ??= Command("block_set_io_throttle", BlockJson.Default.BlockSetIoThrottle);

    /// <summary><c>block-set-write-threshold</c>: asks for an event when a node is written beyond an offset.</summary>
    public static QmpCommand<BlockSetWriteThreshold, QmpNothing> BlockSetWriteThreshold
        => field ??= Command("block-set-write-threshold", BlockJson.Default.BlockSetWriteThreshold);

    /// <summary><c>eject</c>: takes the medium out of a drive.</summary>
    public static QmpCommand<Eject, QmpNothing> Eject => field ??= Command("eject", BlockJson.Default.Eject);

    /// <summary><c>blockdev-change-medium</c>: puts another medium into a drive.</summary>
    public static QmpCommand<BlockdevChangeMedium, QmpNothing> BlockdevChangeMedium
        => field ??= Command("blockdev-change-medium", BlockJson.Default.BlockdevChangeMedium);

    /// <summary><c>blockdev-open-tray</c>: opens a tray.</summary>
    public static QmpCommand<Tray, QmpNothing> BlockdevOpenTray => field ??= Command("blockdev-open-tray", BlockJson.Default.Tray);

    /// <summary><c>blockdev-close-tray</c>: closes a tray.</summary>
    public static QmpCommand<CloseTray, QmpNothing> BlockdevCloseTray
        => field ??= Command("blockdev-close-tray", BlockJson.Default.CloseTray);

    /// <summary><c>blockdev-insert-medium</c>: puts a node into an open tray.</summary>
    public static QmpCommand<BlockdevInsertMedium, QmpNothing> BlockdevInsertMedium
        => field ??= Command("blockdev-insert-medium", BlockJson.Default.BlockdevInsertMedium);

    /// <summary><c>blockdev-remove-medium</c>: takes the medium out of an open tray.</summary>
    public static QmpCommand<ItemId, QmpNothing> BlockdevRemoveMedium
        => field ??= Command("blockdev-remove-medium", BlockJson.Default.ItemId);
}
