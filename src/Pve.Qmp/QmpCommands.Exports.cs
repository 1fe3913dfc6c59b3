using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>Block exports and the NBD server.</content>
public static partial class QmpCommands
{
    /// <summary><c>nbd-server-start</c>: listens for NBD clients.</summary>
    public static QmpCommand<NbdServerStart, QmpNothing> NbdServerStart
        => field ??= Command("nbd-server-start", ExportsJson.Default.NbdServerStart);

    /// <summary><c>nbd-server-add</c>: offers a node over NBD; <c>block-export-add</c> replaces it.</summary>
    public static QmpCommand<NbdServerAdd, QmpNothing> NbdServerAdd
        => field ??= Command("nbd-server-add", ExportsJson.Default.NbdServerAdd);

    /// <summary><c>nbd-server-remove</c>: takes an NBD export away; <c>block-export-del</c> replaces it.</summary>
    public static QmpCommand<NbdServerRemove, QmpNothing> NbdServerRemove
        => field ??= Command("nbd-server-remove", ExportsJson.Default.NbdServerRemove);

    /// <summary><c>nbd-server-stop</c>: ends the NBD server, its clients and its exports.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> NbdServerStop => field ??= Query("nbd-server-stop", WireJson.Default.QmpNothing);

    /// <summary><c>block-export-add</c>: offers a block node to others.</summary>
    public static QmpCommand<BlockExportOptions, QmpNothing> BlockExportAdd
        => field ??= Command("block-export-add", ExportsJson.Default.BlockExportOptions);

    /// <summary><c>block-export-del</c>: begins to take an export away; <c>BLOCK_EXPORT_DELETED</c> says when it is gone.</summary>
    public static QmpCommand<BlockExportDel, QmpNothing> BlockExportDel
        => field ??= Command("block-export-del", ExportsJson.Default.BlockExportDel);

    /// <summary><c>query-block-exports</c>: the exports. A guest that is let run while one is writable cannot write its disk.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<BlockExportInfo>> QueryBlockExports
        => field ??= Query("query-block-exports", ExportsJson.Default.IReadOnlyListBlockExportInfo);
}
