using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <content>SPICE and VNC, as far as a migration touches them.</content>
public static partial class QmpCommands
{
    /// <summary><c>query-spice</c>: the SPICE server and its clients.</summary>
    public static QmpCommand<QmpNothing, SpiceInfo> QuerySpice => field ??= Query("query-spice", DisplayJson.Default.SpiceInfo);

    /// <summary><c>query-vnc</c>: the VNC server and its clients.</summary>
    public static QmpCommand<QmpNothing, VncInfo> QueryVnc => field ??= Query("query-vnc", DisplayJson.Default.VncInfo);

    /// <summary><c>client_migrate_info</c>: tells SPICE clients where the guest is going.</summary>
    public static QmpCommand<ClientMigrateInfo, QmpNothing> ClientMigrateInfo
        => field ??= Command("client_migrate_info", DisplayJson.Default.ClientMigrateInfo);

    /// <summary><c>set_password</c>: changes a display's password.</summary>
    public static QmpCommand<SetPassword, QmpNothing> SetPassword => field ??= Command("set_password", DisplayJson.Default.SetPassword);

    /// <summary><c>expire_password</c>: says until when a display's password is good.</summary>
    public static QmpCommand<ExpirePassword, QmpNothing> ExpirePassword
        => field ??= Command("expire_password", DisplayJson.Default.ExpirePassword);
}
