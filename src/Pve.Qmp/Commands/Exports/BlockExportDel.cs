namespace Pve.Qmp.Commands;

/// <summary>The arguments of <c>block-export-del</c>.</summary>
/// <param name="Id">The export's id.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockExportDel,
///     new("export0") { Mode = BlockExportRemoveMode.Hard },
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockExportDel(string Id) : QmpObject
{
    /// <summary>What becomes of clients; refuses while there are some where null.</summary>
    public BlockExportRemoveMode? Mode { get; init; }
}
