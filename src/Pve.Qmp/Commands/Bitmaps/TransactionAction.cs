using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pve.Qmp.Commands;

/// <summary>One action of a <c>transaction</c> (QAPI TransactionAction).</summary>
/// <param name="Type">The command that it is, such as <c>drive-backup</c>.</param>
/// <param name="Data">The command's arguments, as JSON.</param>
/// <example>
/// <code>
/// TransactionAction typed = TransactionAction.BlockDirtyBitmapAdd(new("disk0", "b0"));
/// var raw = new TransactionAction("drive-backup", JsonElement.Parse("""{"device": "drive0", "target": "/backup/0", "sync": "full"}"""));
/// </code>
/// </example>
public sealed record TransactionAction(string Type, JsonElement Data)
{
    /// <summary>Fails, so that the whole transaction is taken back: for tests.</summary>
    public static TransactionAction Abort() => new("abort", JsonElement.Parse("{}"));

    /// <summary>Adds a dirty bitmap.</summary>
    public static TransactionAction BlockDirtyBitmapAdd(BlockDirtyBitmapAdd data)
        => Of("block-dirty-bitmap-add", data, BitmapsJson.Default.BlockDirtyBitmapAdd);

    /// <summary>Removes a dirty bitmap.</summary>
    public static TransactionAction BlockDirtyBitmapRemove(BlockDirtyBitmap data)
        => Of("block-dirty-bitmap-remove", data, BitmapsJson.Default.BlockDirtyBitmap);

    /// <summary>Forgets what a dirty bitmap has.</summary>
    public static TransactionAction BlockDirtyBitmapClear(BlockDirtyBitmap data)
        => Of("block-dirty-bitmap-clear", data, BitmapsJson.Default.BlockDirtyBitmap);

    /// <summary>Lets a dirty bitmap record.</summary>
    public static TransactionAction BlockDirtyBitmapEnable(BlockDirtyBitmap data)
        => Of("block-dirty-bitmap-enable", data, BitmapsJson.Default.BlockDirtyBitmap);

    /// <summary>Lets a dirty bitmap record no more.</summary>
    public static TransactionAction BlockDirtyBitmapDisable(BlockDirtyBitmap data)
        => Of("block-dirty-bitmap-disable", data, BitmapsJson.Default.BlockDirtyBitmap);

    /// <summary>Adds dirty bitmaps to another.</summary>
    public static TransactionAction BlockDirtyBitmapMerge(BlockDirtyBitmapMerge data)
        => Of("block-dirty-bitmap-merge", data, BitmapsJson.Default.BlockDirtyBitmapMerge);

    /// <summary>Begins a job that saves a disk as it is at the moment of the transaction.</summary>
    public static TransactionAction BlockdevBackup(BlockdevBackup data)
        => Of("blockdev-backup", data, BitmapsJson.Default.BlockdevBackup);

    /// <summary>Lets a node be written to an overlay from now on.</summary>
    public static TransactionAction BlockdevSnapshot(BlockdevSnapshot data)
        => Of("blockdev-snapshot", data, BitmapsJson.Default.BlockdevSnapshot);

    /// <summary>Makes an overlay and writes to it from now on.</summary>
    public static TransactionAction BlockdevSnapshotSync(BlockdevSnapshotSync data)
        => Of("blockdev-snapshot-sync", data, BitmapsJson.Default.BlockdevSnapshotSync);

    /// <summary>Makes a snapshot inside an image.</summary>
    public static TransactionAction BlockdevSnapshotInternalSync(BlockdevSnapshotInternal data)
        => Of("blockdev-snapshot-internal-sync", data, BitmapsJson.Default.BlockdevSnapshotInternal);

    private static TransactionAction Of<T>(string type, T data, JsonTypeInfo<T> json)
    {
        ArgumentNullException.ThrowIfNull(data);
        return new(type, JsonSerializer.SerializeToElement(data, json));
    }
}
