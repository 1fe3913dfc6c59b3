namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>snapshot-save</c> and <c>snapshot-load</c>.</summary>
/// <param name="JobId">The job that does it.</param>
/// <param name="Tag">The snapshot's name.</param>
/// <param name="Vmstate">The block node that RAM and devices are saved in.</param>
/// <param name="Devices">The block nodes that a snapshot is taken of.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.SnapshotSave,
///     new("save0", "before-update", "drive0", ["drive0"]),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record SnapshotSave(string JobId, string Tag, string Vmstate, IReadOnlyList<string> Devices) : QmpObject;
