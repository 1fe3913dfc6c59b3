namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>snapshot-delete</c>.</summary>
/// <param name="JobId">The job that does it.</param>
/// <param name="Tag">The snapshot's name.</param>
/// <param name="Devices">The block nodes that have it.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.SnapshotDelete,
///     new("delete0", "before-update", ["drive0"]),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record SnapshotDelete(string JobId, string Tag, IReadOnlyList<string> Devices) : QmpObject;
