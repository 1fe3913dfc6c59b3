namespace Pve.Qmp.Commands;

/// <summary>How fast a CPU writes to RAM.</summary>
/// <example>
/// <code>
/// DirtyRateInfo rate = await qemu.ExecuteAsync(QmpCommands.QueryDirtyRate, cancellationToken: cancellationToken);
/// DirtyRateVcpu? first = rate.VcpuDirtyRate?[0];
/// </code>
/// </example>
public sealed record DirtyRateVcpu : QmpObject
{
    /// <summary>The CPU's number.</summary>
    public long Id { get; init; }

    /// <summary>Megabytes a second.</summary>
    public long DirtyRate { get; init; }
}
