namespace Pve.Qmp.Commands;

/// <summary>The answer to <c>query-target</c>.</summary>
/// <example>
/// <code>
/// TargetInfo target = await qemu.ExecuteAsync(QmpCommands.QueryTarget, cancellationToken: cancellationToken);
/// bool pc = target.Arch == SysEmuTarget.X64;
/// </code>
/// </example>
public sealed record TargetInfo : QmpObject
{
    /// <summary>What this QEMU emulates.</summary>
    public SysEmuTarget Arch { get; init; }
}
