namespace Pve.Qmp.Commands;

/// <summary>A dirty bitmap of a node: the arguments of the commands for one.</summary>
/// <param name="Node">The drive or node.</param>
/// <param name="Name">The bitmap.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockDirtyBitmapClear,
///     new("disk0", "backup0"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockDirtyBitmap(string Node, string Name) : QmpObject;
