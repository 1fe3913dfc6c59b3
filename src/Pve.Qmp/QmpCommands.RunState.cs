using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>Whether the guest runs, and who it is.</content>
public static partial class QmpCommands
{
    /// <summary><c>query-status</c>: whether the guest runs.</summary>
    public static QmpCommand<QmpNothing, StatusInfo> QueryStatus => field ??= Query("query-status", RunStateJson.Default.StatusInfo);

    /// <summary><c>stop</c>: pauses the guest, and writes what its disks have in flight.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> Stop => field ??= Query("stop", WireJson.Default.QmpNothing);

    /// <summary><c>cont</c>: lets the guest run. On a target that still loads it only arms the start; success is not running.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> Continue => field ??= Query("cont", WireJson.Default.QmpNothing);

    /// <summary><c>system_reset</c>: resets the guest.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> SystemReset => field ??= Query("system_reset", WireJson.Default.QmpNothing);

    /// <summary><c>system_wakeup</c>: wakes the guest from suspend.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> SystemWakeup => field ??= Query("system_wakeup", WireJson.Default.QmpNothing);

    /// <summary><c>system_powerdown</c>: presses the power button; the guest may do as it likes.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> SystemPowerdown => field ??= Query("system_powerdown", WireJson.Default.QmpNothing);

    /// <summary><c>inject-nmi</c>: sends the guest a non-maskable interrupt.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> InjectNmi => field ??= Query("inject-nmi", WireJson.Default.QmpNothing);

    /// <summary><c>quit</c>: ends QEMU. It may be slow to end: wait for the process, not for the answer.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> Quit => field ??= Query("quit", WireJson.Default.QmpNothing);

    /// <summary><c>set-action</c>: what QEMU does when the guest reboots, shuts down, panics or hangs.</summary>
    public static QmpCommand<SetAction, QmpNothing> SetAction => field ??= Command("set-action", RunStateJson.Default.SetAction);

    /// <summary><c>watchdog-set-action</c>: what QEMU does when the guest hangs.</summary>
    public static QmpCommand<WatchdogSetAction, QmpNothing> WatchdogSetAction
        => field ??= Command("watchdog-set-action", RunStateJson.Default.WatchdogSetAction);

    /// <summary><c>rtc-reset-reinjection</c>: forgets timer interrupts that the guest missed, after it was paused for long.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> RtcResetReinjection
        => field ??= Query("rtc-reset-reinjection", WireJson.Default.QmpNothing);

    /// <summary><c>query-name</c>: the guest's name.</summary>
    public static QmpCommand<QmpNothing, NameInfo> QueryName => field ??= Query("query-name", RunStateJson.Default.NameInfo);

    /// <summary><c>query-uuid</c>: the guest's UUID.</summary>
    public static QmpCommand<QmpNothing, UuidInfo> QueryUuid => field ??= Query("query-uuid", RunStateJson.Default.UuidInfo);

    /// <summary><c>query-vm-generation-id</c>: the generation id.</summary>
    public static QmpCommand<QmpNothing, GuidInfo> QueryVmGenerationId
        => field ??= Query("query-vm-generation-id", RunStateJson.Default.GuidInfo);
}
