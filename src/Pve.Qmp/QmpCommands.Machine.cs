using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <content>Whether the guest runs, and what the machine is made of.</content>
public static partial class QmpCommands
{
    /// <summary><c>query-status</c>: whether the guest runs.</summary>
    public static QmpCommand<QmpNothing, StatusInfo> QueryStatus => field ??= Query("query-status", QmpJson.Default.StatusInfo);

    /// <summary><c>stop</c>: pauses the guest, and writes what its disks have in flight.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> Stop => field ??= Query("stop", QmpJson.Default.QmpNothing);

    /// <summary><c>cont</c>: lets the guest run. On a target that still loads it only arms the start; success is not running.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> Continue => field ??= Query("cont", QmpJson.Default.QmpNothing);

    /// <summary><c>system_reset</c>: resets the guest.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> SystemReset => field ??= Query("system_reset", QmpJson.Default.QmpNothing);

    /// <summary><c>system_wakeup</c>: wakes the guest from suspend.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> SystemWakeup => field ??= Query("system_wakeup", QmpJson.Default.QmpNothing);

    /// <summary><c>system_powerdown</c>: presses the power button; the guest may do as it likes.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> SystemPowerdown => field ??= Query("system_powerdown", QmpJson.Default.QmpNothing);

    /// <summary><c>inject-nmi</c>: sends the guest a non-maskable interrupt.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> InjectNmi => field ??= Query("inject-nmi", QmpJson.Default.QmpNothing);

    /// <summary><c>quit</c>: ends QEMU. It may be slow to end: wait for the process, not for the answer.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> Quit => field ??= Query("quit", QmpJson.Default.QmpNothing);

    /// <summary><c>set-action</c>: what QEMU does when the guest reboots, shuts down, panics or hangs.</summary>
    public static QmpCommand<SetAction, QmpNothing> SetAction => field ??= Command("set-action", QmpJson.Default.SetAction);

    /// <summary><c>watchdog-set-action</c>: what QEMU does when the guest hangs.</summary>
    public static QmpCommand<WatchdogSetAction, QmpNothing> WatchdogSetAction
        => field ??= Command("watchdog-set-action", QmpJson.Default.WatchdogSetAction);

    /// <summary><c>rtc-reset-reinjection</c>: forgets timer interrupts that the guest missed, after it was paused for long.</summary>
    public static QmpCommand<QmpNothing, QmpNothing> RtcResetReinjection
        => field ??= Query("rtc-reset-reinjection", QmpJson.Default.QmpNothing);

    /// <summary><c>query-name</c>: the guest's name.</summary>
    public static QmpCommand<QmpNothing, NameInfo> QueryName => field ??= Query("query-name", QmpJson.Default.NameInfo);

    /// <summary><c>query-uuid</c>: the guest's UUID.</summary>
    public static QmpCommand<QmpNothing, UuidInfo> QueryUuid => field ??= Query("query-uuid", QmpJson.Default.UuidInfo);

    /// <summary><c>query-vm-generation-id</c>: the generation id.</summary>
    public static QmpCommand<QmpNothing, GuidInfo> QueryVmGenerationId
        => field ??= Query("query-vm-generation-id", QmpJson.Default.GuidInfo);

    /// <summary><c>query-machines</c>: the machine types that this QEMU can run.</summary>
    public static QmpCommand<QueryMachines, IReadOnlyList<MachineInfo>> QueryMachines
        => field ??= Command("query-machines", QmpJson.Default.QueryMachines, QmpJson.Default.IReadOnlyListMachineInfo);

    /// <summary><c>query-current-machine</c>: what the machine can.</summary>
    public static QmpCommand<QmpNothing, CurrentMachineParams> QueryCurrentMachine
        => field ??= Query("query-current-machine", QmpJson.Default.CurrentMachineParams);

    /// <summary><c>query-target</c>: the architecture.</summary>
    public static QmpCommand<QmpNothing, TargetInfo> QueryTarget => field ??= Query("query-target", QmpJson.Default.TargetInfo);

    /// <summary><c>query-kvm</c>: whether the guest runs under KVM.</summary>
    public static QmpCommand<QmpNothing, KvmInfo> QueryKvm => field ??= Query("query-kvm", QmpJson.Default.KvmInfo);

    /// <summary><c>query-cpus-fast</c>: the guest's CPUs, without disturbing them.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<CpuInfoFast>> QueryCpusFast
        => field ??= Query("query-cpus-fast", QmpJson.Default.IReadOnlyListCpuInfoFast);

    /// <summary><c>query-hotpluggable-cpus</c>: the places for CPUs.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<HotpluggableCpu>> QueryHotpluggableCpus
        => field ??= Query("query-hotpluggable-cpus", QmpJson.Default.IReadOnlyListHotpluggableCpu);

    /// <summary><c>query-cpu-definitions</c>: the CPU models, and what this host lacks for them.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<CpuDefinitionInfo>> QueryCpuDefinitions
        => field ??= Query("query-cpu-definitions", QmpJson.Default.IReadOnlyListCpuDefinitionInfo);

    /// <summary><c>query-cpu-model-expansion</c>: what a CPU model is made of on this host.</summary>
    public static QmpCommand<QueryCpuModelExpansion, CpuModelExpansionInfo> QueryCpuModelExpansion
        => field ??= Command("query-cpu-model-expansion", QmpJson.Default.QueryCpuModelExpansion, QmpJson.Default.CpuModelExpansionInfo);

    /// <summary><c>query-iothreads</c>: the threads that serve disks.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<IothreadInfo>> QueryIothreads
        => field ??= Query("query-iothreads", QmpJson.Default.IReadOnlyListIothreadInfo);

    /// <summary><c>query-memdev</c>: the memory backends.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<Memdev>> QueryMemdev
        => field ??= Query("query-memdev", QmpJson.Default.IReadOnlyListMemdev);

    /// <summary><c>query-memory-devices</c>: the memory devices that can be plugged.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<MemoryDeviceInfo>> QueryMemoryDevices
        => field ??= Query("query-memory-devices", QmpJson.Default.IReadOnlyListMemoryDeviceInfo);

    /// <summary><c>query-memory-size-summary</c>: how much RAM there is.</summary>
    public static QmpCommand<QmpNothing, MemorySizeSummary> QueryMemorySizeSummary
        => field ??= Query("query-memory-size-summary", QmpJson.Default.MemorySizeSummary);

    /// <summary><c>query-balloon</c>: how much RAM the balloon leaves; refused where there is none.</summary>
    public static QmpCommand<QmpNothing, BalloonInfo> QueryBalloon => field ??= Query("query-balloon", QmpJson.Default.BalloonInfo);

    /// <summary><c>balloon</c>: asks the guest to take or give RAM.</summary>
    public static QmpCommand<Balloon, QmpNothing> Balloon => field ??= Command("balloon", QmpJson.Default.Balloon);

    /// <summary><c>query-pci</c>: the PCI devices, for a comparison of two sides.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<PciInfo>> QueryPci
        => field ??= Query("query-pci", QmpJson.Default.IReadOnlyListPciInfo);

    /// <summary><c>pmemsave</c>: writes physical memory to a file on QEMU's host.</summary>
    public static QmpCommand<MemorySave, QmpNothing> PhysicalMemorySave => field ??= Command("pmemsave", QmpJson.Default.MemorySave);
}
