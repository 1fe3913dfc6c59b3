using System.Text.Json.Serialization;

namespace Pve.Qmp.Commands;

/// <summary>An export of any other type.</summary>
/// <param name="Id">The export's id.</param>
/// <param name="NodeName">The node that is offered.</param>
/// <param name="Type">The name that QEMU knows it by; its other members go to <see cref="QmpObject.Others"/>.</param>
/// <example>
/// <code>
/// await qemu.ExecuteAsync(QmpCommands.BlockExportAdd,
///     new BlockExportOptionsOther(new("from-tomorrow"), "export0", "drive0"),
///     cancellationToken: cancellationToken);
/// </code>
/// </example>
public sealed record BlockExportOptionsOther(BlockExportType Type, string Id, string NodeName) : BlockExportOptions(Id, NodeName)
{
    /// <inheritdoc/>
    [JsonPropertyOrder(-1)]
    public override BlockExportType Type { get; } = Type;
}
