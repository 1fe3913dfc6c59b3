namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>change-backing-file</c>.</summary>
/// <param name="Device">The drive or node.</param>
/// <param name="ImageNodeName">The image that is changed.</param>
/// <param name="BackingFile">What it shall say it is based on.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.ChangeBackingFile,
///     new("drive0", "disk0", "base.qcow2"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record ChangeBackingFile(string Device, string ImageNodeName, string BackingFile) : QmpObject;
