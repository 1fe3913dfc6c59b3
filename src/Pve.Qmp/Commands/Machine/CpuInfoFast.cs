using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>A CPU of the guest.</summary>
/// <example>
/// <code>
/// foreach (CpuInfoFast cpu in await qemu.ExecuteAsync(QmpCommands.QueryCpusFast, cancellationToken: cancellationToken))
/// {
///     long thread = cpu.ThreadId;
/// }
/// </code>
/// </example>
public sealed record CpuInfoFast : QmpObject
{
    /// <summary>Its number.</summary>
    public long CpuIndex { get; init; }

    public string QomPath { get; init => field = value ?? ""; } = "";

    /// <summary>The thread of QEMU's host that runs it.</summary>
    public long ThreadId { get; init; }

    public CpuInstanceProperties? Props { get; init; }

    /// <summary>Its architecture.</summary>
    public SysEmuTarget Target { get; init; }

    /// <summary>Of s390x only.</summary>
    public S390CpuState? CpuState { get; init; }

    /// <summary>Of s390x only. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public bool? Dedicated { get; init; }

    /// <summary>Of s390x only. Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public S390CpuEntitlement? Entitlement { get; init; }
}
