namespace Pve.Qmp.Commands;

/// <summary>The data of <c>BLOCK_EXPORT_DELETED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.BlockExportDeleted.TryRead(qmpEvent, out BlockExportDeletedEvent? data))
/// {
///     string export = data.Id;
/// }
/// </code>
/// </example>
public sealed record BlockExportDeletedEvent : QmpObject
{
    /// <summary>The export.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
}
