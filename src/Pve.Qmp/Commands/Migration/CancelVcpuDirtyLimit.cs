namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>cancel-vcpu-dirty-limit</c>.</summary>
/// <example><code>await qemu.ExecuteAsync(QmpCommands.CancelVcpuDirtyLimit, new(), cancellationToken: cancellationToken);</code></example>
public sealed record CancelVcpuDirtyLimit : QmpObject
{
    /// <summary>The CPU; all where null.</summary>
    public long? CpuIndex { get; init; }
}
