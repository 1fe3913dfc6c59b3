using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <content>Dirty bitmaps, and several actions at once.</content>
public static partial class QmpCommands
{
    /// <summary><c>block-dirty-bitmap-add</c>: adds a dirty bitmap.</summary>
    public static QmpCommand<BlockDirtyBitmapAdd, QmpNothing> BlockDirtyBitmapAdd
        => field ??= Command("block-dirty-bitmap-add", BitmapsJson.Default.BlockDirtyBitmapAdd);

    /// <summary><c>block-dirty-bitmap-remove</c>: removes a dirty bitmap.</summary>
    public static QmpCommand<BlockDirtyBitmap, QmpNothing> BlockDirtyBitmapRemove
        => field ??= Command("block-dirty-bitmap-remove", BitmapsJson.Default.BlockDirtyBitmap);

    /// <summary><c>block-dirty-bitmap-clear</c>: forgets what a dirty bitmap has.</summary>
    public static QmpCommand<BlockDirtyBitmap, QmpNothing> BlockDirtyBitmapClear
        => field ??= Command("block-dirty-bitmap-clear", BitmapsJson.Default.BlockDirtyBitmap);

    /// <summary><c>block-dirty-bitmap-enable</c>: lets a dirty bitmap record.</summary>
    public static QmpCommand<BlockDirtyBitmap, QmpNothing> BlockDirtyBitmapEnable
        => field ??= Command("block-dirty-bitmap-enable", BitmapsJson.Default.BlockDirtyBitmap);

    /// <summary><c>block-dirty-bitmap-disable</c>: lets a dirty bitmap record no more.</summary>
    public static QmpCommand<BlockDirtyBitmap, QmpNothing> BlockDirtyBitmapDisable
        => field ??= Command("block-dirty-bitmap-disable", BitmapsJson.Default.BlockDirtyBitmap);

    /// <summary><c>block-dirty-bitmap-merge</c>: adds dirty bitmaps to another.</summary>
    public static QmpCommand<BlockDirtyBitmapMerge, QmpNothing> BlockDirtyBitmapMerge
        => field ??= Command("block-dirty-bitmap-merge", BitmapsJson.Default.BlockDirtyBitmapMerge);

    /// <summary><c>transaction</c>: does several actions at one moment, or none of them.</summary>
    public static QmpCommand<Transaction, QmpNothing> Transaction => field ??= Command("transaction", BitmapsJson.Default.Transaction);
}
