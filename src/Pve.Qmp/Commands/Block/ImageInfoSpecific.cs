using System.Text.Json;

namespace Pve.Qmp.Commands;

/// <summary>What only images of one format have.</summary>
/// <example>
/// <code>
/// foreach (BlockInfo disk in await qemu.ExecuteAsync(QmpCommands.QueryBlock, cancellationToken: cancellationToken))
/// {
///     string? format = disk.Inserted?.Image.FormatSpecific?.Type;
/// }
/// </code>
/// </example>
public sealed record ImageInfoSpecific : QmpObject
{
    /// <summary>The format, such as <c>qcow2</c>.</summary>
    public string Type { get; init => field = value ?? ""; } = "";

    /// <summary>Its members, as QEMU sent them.</summary>
    public JsonElement? Data { get; init; }
}
