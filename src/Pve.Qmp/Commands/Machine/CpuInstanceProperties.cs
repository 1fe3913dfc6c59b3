using Pve.Qmp.Wire;

namespace Pve.Qmp.Commands;

/// <summary>Where a CPU sits in the machine; which members there are depends on the machine type.</summary>
/// <example>
/// <code>
/// foreach (CpuInfoFast cpu in await qemu.ExecuteAsync(QmpCommands.QueryCpusFast, cancellationToken: cancellationToken))
/// {
///     CpuInstanceProperties? place = cpu.Props;
/// }
/// </code>
/// </example>
public sealed record CpuInstanceProperties : QmpObject
{
    public long? NodeId { get; init; }

    public long? SocketId { get; init; }

    public long? DieId { get; init; }

    public long? ClusterId { get; init; }

    public long? CoreId { get; init; }

    public long? ThreadId { get; init; }

    /// <summary>Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public long? DrawerId { get; init; }

    /// <summary>Since QEMU 8.2.</summary>
    [QmpSince("8.2")]
    public long? BookId { get; init; }

    /// <summary>Since QEMU 9.1.</summary>
    [QmpSince("9.1")]
    public long? ModuleId { get; init; }
}
