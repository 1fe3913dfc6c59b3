using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <content>The network: its backends, and what the neighbours must learn after a migration.</content>
public static partial class QmpCommands
{
    /// <summary><c>announce-self</c>: tells the neighbours where the guest is now. A guest that does not run announces nothing.</summary>
    public static QmpCommand<AnnounceSelf, QmpNothing> AnnounceSelf
        => field ??= Command("announce-self", NetworkJson.Default.AnnounceSelf);

    /// <summary><c>set_link</c>: plugs a network cable in or out.</summary>
    public static QmpCommand<SetLink, QmpNothing> SetLink => field ??= Command("set_link", NetworkJson.Default.SetLink);

    /// <summary><c>query-rx-filter</c>: what network devices listen to.</summary>
    public static QmpCommand<QueryRxFilter, IReadOnlyList<RxFilterInfo>> QueryRxFilter
        => field ??= Command("query-rx-filter", NetworkJson.Default.QueryRxFilter, NetworkJson.Default.IReadOnlyListRxFilterInfo);

    /// <summary><c>netdev_add</c>: adds a network backend.</summary>
    public static QmpCommand<Netdev, QmpNothing> NetdevAdd => field ??= Command("netdev_add", NetworkJson.Default.Netdev);

    /// <summary><c>netdev_del</c>: removes a network backend.</summary>
    public static QmpCommand<ItemId, QmpNothing> NetdevDel => field ??= Command("netdev_del", NetworkJson.Default.ItemId);
}
