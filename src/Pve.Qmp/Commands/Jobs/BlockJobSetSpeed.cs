namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block-job-set-speed</c>.</summary>
/// <param name="Device">The job's id, or the drive's name.</param>
/// <param name="Speed">Bytes a second at most; 0 is no limit.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockJobSetSpeed, new("mirror0", 50_000_000), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockJobSetSpeed(string Device, long Speed) : QmpObject;
