using Pve.Qmp.Commands;
using Pve.Qmp.Wire;

namespace Pve.Qmp;

/// <content>The guest's run state, its memory and clock.</content>
public static partial class QmpEvents
{
    /// <summary><c>STOP</c>: the guest was paused.</summary>
    public static QmpEventType<QmpNothing> Stop => field ??= new("STOP", WireJson.Default.QmpNothing);

    /// <summary><c>RESUME</c>: the guest runs.</summary>
    public static QmpEventType<QmpNothing> Resume => field ??= new("RESUME", WireJson.Default.QmpNothing);

    /// <summary><c>SHUTDOWN</c>: the guest was shut down, or QEMU ends.</summary>
    public static QmpEventType<ShutdownEvent> Shutdown => field ??= new("SHUTDOWN", RunStateJson.Default.ShutdownEvent);

    /// <summary><c>RESET</c>: the guest was reset.</summary>
    public static QmpEventType<ShutdownEvent> Reset => field ??= new("RESET", RunStateJson.Default.ShutdownEvent);

    /// <summary><c>POWERDOWN</c>: the power button was pressed.</summary>
    public static QmpEventType<QmpNothing> Powerdown => field ??= new("POWERDOWN", WireJson.Default.QmpNothing);

    /// <summary><c>SUSPEND</c>: the guest sleeps.</summary>
    public static QmpEventType<QmpNothing> Suspend => field ??= new("SUSPEND", WireJson.Default.QmpNothing);

    /// <summary><c>SUSPEND_DISK</c>: the guest sleeps on its disk; QEMU ends.</summary>
    public static QmpEventType<QmpNothing> SuspendDisk => field ??= new("SUSPEND_DISK", WireJson.Default.QmpNothing);

    /// <summary><c>WAKEUP</c>: the guest woke up.</summary>
    public static QmpEventType<QmpNothing> Wakeup => field ??= new("WAKEUP", WireJson.Default.QmpNothing);

    /// <summary><c>WATCHDOG</c>: the guest hangs.</summary>
    public static QmpEventType<WatchdogEvent> Watchdog => field ??= new("WATCHDOG", RunStateJson.Default.WatchdogEvent);

    /// <summary><c>GUEST_PANICKED</c>: the guest crashed.</summary>
    public static QmpEventType<GuestPanickedEvent> GuestPanicked
        => field ??= new("GUEST_PANICKED", RunStateJson.Default.GuestPanickedEvent);

    /// <summary><c>GUEST_CRASHLOADED</c>: the guest crashed, and handles it itself.</summary>
    public static QmpEventType<GuestPanickedEvent> GuestCrashloaded
        => field ??= new("GUEST_CRASHLOADED", RunStateJson.Default.GuestPanickedEvent);

    /// <summary><c>GUEST_PVSHUTDOWN</c>: the guest shut down by means of its paravirtual device. Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public static QmpEventType<QmpNothing> GuestPvshutdown => field ??= new("GUEST_PVSHUTDOWN", WireJson.Default.QmpNothing);

    /// <summary><c>BALLOON_CHANGE</c>: the balloon has another size.</summary>
    public static QmpEventType<BalloonChangeEvent> BalloonChange
        => field ??= new("BALLOON_CHANGE", RunStateJson.Default.BalloonChangeEvent);

    /// <summary><c>HV_BALLOON_STATUS_REPORT</c>: a Hyper-V balloon reports. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public static QmpEventType<HvBalloonStatusReportEvent> HvBalloonStatusReport
        => field ??= new("HV_BALLOON_STATUS_REPORT", RunStateJson.Default.HvBalloonStatusReportEvent);

    /// <summary><c>MEMORY_DEVICE_SIZE_CHANGE</c>: a memory device has another size.</summary>
    public static QmpEventType<MemoryDeviceSizeChangeEvent> MemoryDeviceSizeChange
        => field ??= new("MEMORY_DEVICE_SIZE_CHANGE", RunStateJson.Default.MemoryDeviceSizeChangeEvent);

    /// <summary><c>MEMORY_FAILURE</c>: memory of the host broke.</summary>
    public static QmpEventType<MemoryFailureEvent> MemoryFailure
        => field ??= new("MEMORY_FAILURE", RunStateJson.Default.MemoryFailureEvent);

    /// <summary><c>MEM_UNPLUG_ERROR</c>: memory could not be unplugged. Removed in QEMU 9.1.</summary>
    [QmpRemoved("9.1")]
    public static QmpEventType<MemUnplugErrorEvent> MemUnplugError
        => field ??= new("MEM_UNPLUG_ERROR", RunStateJson.Default.MemUnplugErrorEvent);

    /// <summary><c>RTC_CHANGE</c>: the guest set its clock.</summary>
    public static QmpEventType<RtcChangeEvent> RtcChange => field ??= new("RTC_CHANGE", RunStateJson.Default.RtcChangeEvent);
}
