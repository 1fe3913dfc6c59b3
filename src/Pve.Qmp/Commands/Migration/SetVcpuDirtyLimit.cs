namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>set-vcpu-dirty-limit</c>.</summary>
/// <param name="DirtyRate">Megabytes a second.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.SetVcpuDirtyLimit, new(100) { CpuIndex = 0 }, cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record SetVcpuDirtyLimit(long DirtyRate) : QmpObject
{
    /// <summary>The CPU; all where null.</summary>
    public long? CpuIndex { get; init; }
}
