using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <content>Character devices: where serial lines, consoles and monitors go.</content>
public static partial class QmpCommands
{
    /// <summary><c>query-chardev</c>: the character devices.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<ChardevInfo>> QueryChardev
        => field ??= Query("query-chardev", ChardevsJson.Default.IReadOnlyListChardevInfo);

    /// <summary><c>query-chardev-backends</c>: the kinds of character devices that this QEMU has.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<ChardevBackendInfo>> QueryChardevBackends
        => field ??= Query("query-chardev-backends", ChardevsJson.Default.IReadOnlyListChardevBackendInfo);

    /// <summary><c>chardev-add</c>: adds a character device.</summary>
    public static QmpCommand<ChardevAdd, ChardevReturn> ChardevAdd
        => field ??= Command("chardev-add", ChardevsJson.Default.ChardevAdd, ChardevsJson.Default.ChardevReturn);

    /// <summary><c>chardev-change</c>: connects a character device to something else.</summary>
    public static QmpCommand<ChardevAdd, ChardevReturn> ChardevChange
        => field ??= Command("chardev-change", ChardevsJson.Default.ChardevAdd, ChardevsJson.Default.ChardevReturn);

    /// <summary><c>chardev-remove</c>: removes a character device that nothing uses.</summary>
    public static QmpCommand<ItemId, QmpNothing> ChardevRemove => field ??= Command("chardev-remove", ChardevsJson.Default.ItemId);

    /// <summary><c>chardev-send-break</c>: sends a break over a serial line.</summary>
    public static QmpCommand<ItemId, QmpNothing> ChardevSendBreak => field ??= Command("chardev-send-break", ChardevsJson.Default.ItemId);
}
