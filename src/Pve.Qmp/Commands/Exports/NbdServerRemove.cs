namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>nbd-server-remove</c>; <c>block-export-del</c> replaces it.</summary>
/// <param name="Name">The export's name.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.NbdServerRemove,
///     new("drive0") { Mode = BlockExportRemoveMode.Hard },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record NbdServerRemove(string Name) : QmpObject
{
    public BlockExportRemoveMode? Mode { get; init; }
}
