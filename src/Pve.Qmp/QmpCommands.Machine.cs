using Pve.Qmp.Commands;

namespace Pve.Qmp;

/// <content>What the machine is made of: its type, CPUs, memory and buses.</content>
public static partial class QmpCommands
{
    /// <summary><c>query-machines</c>: the machine types that this QEMU can run.</summary>
    public static QmpCommand<QueryMachines, IReadOnlyList<MachineInfo>> QueryMachines
        => field ??= Command("query-machines", MachineJson.Default.QueryMachines, MachineJson.Default.IReadOnlyListMachineInfo);

    /// <summary><c>query-current-machine</c>: what the machine can.</summary>
    public static QmpCommand<QmpNothing, CurrentMachineParams> QueryCurrentMachine
        => field ??= Query("query-current-machine", MachineJson.Default.CurrentMachineParams);

    /// <summary><c>query-target</c>: the architecture.</summary>
    public static QmpCommand<QmpNothing, TargetInfo> QueryTarget => field ??= Query("query-target", MachineJson.Default.TargetInfo);

    /// <summary><c>query-kvm</c>: whether the guest runs under KVM.</summary>
    public static QmpCommand<QmpNothing, KvmInfo> QueryKvm => field ??= Query("query-kvm", MachineJson.Default.KvmInfo);

    /// <summary><c>query-cpus-fast</c>: the guest's CPUs, without disturbing them.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<CpuInfoFast>> QueryCpusFast
        => field ??= Query("query-cpus-fast", MachineJson.Default.IReadOnlyListCpuInfoFast);

    /// <summary><c>query-hotpluggable-cpus</c>: the places for CPUs.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<HotpluggableCpu>> QueryHotpluggableCpus
        => field ??= Query("query-hotpluggable-cpus", MachineJson.Default.IReadOnlyListHotpluggableCpu);

    /// <summary><c>query-cpu-definitions</c>: the CPU models, and what this host lacks for them.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<CpuDefinitionInfo>> QueryCpuDefinitions
        => field ??= Query("query-cpu-definitions", MachineJson.Default.IReadOnlyListCpuDefinitionInfo);

    /// <summary><c>query-cpu-model-expansion</c>: what a CPU model is made of on this host.</summary>
    public static QmpCommand<QueryCpuModelExpansion, CpuModelExpansionInfo> QueryCpuModelExpansion
        => field ??= Command("query-cpu-model-expansion", MachineJson.Default.QueryCpuModelExpansion, MachineJson.Default.CpuModelExpansionInfo);

    /// <summary><c>query-iothreads</c>: the threads that serve disks.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<IothreadInfo>> QueryIothreads
        => field ??= Query("query-iothreads", MachineJson.Default.IReadOnlyListIothreadInfo);

    /// <summary><c>query-memdev</c>: the memory backends.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<Memdev>> QueryMemdev
        => field ??= Query("query-memdev", MachineJson.Default.IReadOnlyListMemdev);

    /// <summary><c>query-memory-devices</c>: the memory devices that can be plugged.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<MemoryDeviceInfo>> QueryMemoryDevices
        => field ??= Query("query-memory-devices", MachineJson.Default.IReadOnlyListMemoryDeviceInfo);

    /// <summary><c>query-memory-size-summary</c>: how much RAM there is.</summary>
    public static QmpCommand<QmpNothing, MemorySizeSummary> QueryMemorySizeSummary
        => field ??= Query("query-memory-size-summary", MachineJson.Default.MemorySizeSummary);

    /// <summary><c>query-balloon</c>: how much RAM the balloon leaves; refused where there is none.</summary>
    public static QmpCommand<QmpNothing, BalloonInfo> QueryBalloon => field ??= Query("query-balloon", MachineJson.Default.BalloonInfo);

    /// <summary><c>balloon</c>: asks the guest to take or give RAM.</summary>
    public static QmpCommand<Balloon, QmpNothing> Balloon => field ??= Command("balloon", MachineJson.Default.Balloon);

    /// <summary><c>query-pci</c>: the PCI devices, for a comparison of two sides.</summary>
    public static QmpCommand<QmpNothing, IReadOnlyList<PciInfo>> QueryPci
        => field ??= Query("query-pci", MachineJson.Default.IReadOnlyListPciInfo);

    /// <summary><c>pmemsave</c>: writes physical memory to a file on QEMU's host.</summary>
    public static QmpCommand<MemorySave, QmpNothing> PhysicalMemorySave => field ??= Command("pmemsave", MachineJson.Default.MemorySave);
}
