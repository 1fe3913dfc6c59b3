namespace Pve.Qmp.Commands;

/// <summary>The data of <c>PR_MANAGER_STATUS_CHANGED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.PrManagerStatusChanged.TryRead(qmpEvent, out PrManagerStatusChangedEvent? data))
/// {
///     bool there = data.Connected;
/// }
/// </code>
/// </example>
public sealed record PrManagerStatusChangedEvent : QmpObject
{
    public string Id { get; init => field = value ?? ""; } = "";

    public bool Connected { get; init; }
}
