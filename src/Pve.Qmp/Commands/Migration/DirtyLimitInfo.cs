namespace Pve.Qmp.Commands;

/// <summary>The limit of a CPU.</summary>
/// <example>
/// <code>
/// foreach (DirtyLimitInfo cpu in await qemu.ExecuteAsync(QmpCommands.QueryVcpuDirtyLimit, cancellationToken: cancellationToken))
/// {
///     bool over = cpu.CurrentRate &gt; cpu.LimitRate;
/// }
/// </code>
/// </example>
public sealed record DirtyLimitInfo : QmpObject
{
    public long CpuIndex { get; init; }

    /// <summary>Megabytes a second that it may.</summary>
    public long LimitRate { get; init; }

    /// <summary>Megabytes a second that it does.</summary>
    public long CurrentRate { get; init; }
}
