namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>human-monitor-command</c>.</summary>
/// <param name="CommandLine">A line of the human monitor; neither it nor its answer is a stable interface.</param>
/// <example>
/// <code>
/// string text = await qemu.ExecuteAsync(QmpCommands.HumanMonitorCommand,
///     new("info mtree"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record MonitorCommand(string CommandLine) : QmpObject
{
    /// <summary>The CPU that the line is about; the first where null.</summary>
    public long? CpuIndex { get; init; }
}
