namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-snapshot-internal-sync</c>.</summary>
/// <param name="Device">The drive or node.</param>
/// <param name="Name">The snapshot's name.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockdevSnapshotInternalSync,
///     new("drive0", "before-update"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevSnapshotInternal(string Device, string Name) : QmpObject;
