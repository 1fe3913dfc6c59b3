namespace Pve.Qmp.Commands;

/// <summary>The data of <c>DEVICE_TRAY_MOVED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.DeviceTrayMoved.TryRead(qmpEvent, out DeviceTrayMovedEvent? data))
/// {
///     bool open = data.TrayOpen;
/// }
/// </code>
/// </example>
public sealed record DeviceTrayMovedEvent : QmpObject
{
    /// <summary>The drive's name; empty where it has none.</summary>
    public string Device { get; init => field = value ?? ""; } = "";

    public string Id { get; init => field = value ?? ""; } = "";

    public bool TrayOpen { get; init; }
}
