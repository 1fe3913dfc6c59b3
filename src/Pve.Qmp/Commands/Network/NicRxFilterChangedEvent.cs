namespace Pve.Qmp.Commands;

/// <summary>The data of <c>NIC_RX_FILTER_CHANGED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.NicRxFilterChanged.TryRead(qmpEvent, out NicRxFilterChangedEvent? data))
/// {
///     string? device = data.Name;
/// }
/// </code>
/// </example>
public sealed record NicRxFilterChangedEvent : QmpObject
{
    /// <summary>The network device; null where it has no name.</summary>
    public string? Name { get; init; }

    /// <summary>Its QOM path.</summary>
    public string Path { get; init => field = value ?? ""; } = "";
}
