namespace Pve.Qmp.Commands;

/// <summary>A block export.</summary>
/// <example>
/// <code>
/// foreach (BlockExportInfo export in await qemu.ExecuteAsync(QmpCommands.QueryBlockExports, cancellationToken: cancellationToken))
/// {
///     bool leaving = export.ShuttingDown;
/// }
/// </code>
/// </example>
public sealed record BlockExportInfo : QmpObject
{
    public string Id { get; init => field = value ?? ""; } = "";

    public BlockExportType Type { get; init; }

    /// <summary>The node that is offered.</summary>
    public string NodeName { get; init => field = value ?? ""; } = "";

    /// <summary>Whether it is being removed.</summary>
    public bool ShuttingDown { get; init; }
}
