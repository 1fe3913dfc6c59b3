namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-snapshot</c>.</summary>
/// <param name="Node">The node that is kept as it is.</param>
/// <param name="Overlay">The node that is written to from now on.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevSnapshot, new("disk0", "overlay0"), cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevSnapshot(string Node, string Overlay) : QmpObject;
