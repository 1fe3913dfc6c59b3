namespace Pve.Qmp.Commands;

/// <summary>The arguments of commands that name a disk's job by its device.</summary>
/// <param name="Device">The job's id, or the drive's name.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockJobComplete, new("drive0"), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockJobDevice(string Device) : QmpObject;
