namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>blockdev-snapshot-delete-internal-sync</c>.</summary>
/// <param name="Device">The drive or node.</param>
/// <example>
/// <code>
/// SnapshotInfo gone = await qemu.ExecuteAsync(QmpCommands.BlockdevSnapshotDeleteInternalSync,
///     new("drive0") { Name = "before-update" },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockdevSnapshotDeleteInternal(string Device) : QmpObject
{
    /// <summary>The snapshot's id.</summary>
    public string? Id { get; init; }

    /// <summary>The snapshot's name.</summary>
    public string? Name { get; init; }
}
