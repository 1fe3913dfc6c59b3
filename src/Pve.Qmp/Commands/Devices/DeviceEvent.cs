namespace Pve.Qmp.Commands;

/// <summary>The data of <c>DEVICE_DELETED</c> and <c>DEVICE_UNPLUG_GUEST_ERROR</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.DeviceDeleted.TryRead(qmpEvent, out DeviceEvent? data))
/// {
///     bool gone = data.Device == "virtio0";
/// }
/// </code>
/// </example>
public sealed record DeviceEvent : QmpObject
{
    /// <summary>The device's id; null where it has none.</summary>
    public string? Device { get; init; }

    /// <summary>The device's QOM path.</summary>
    public string Path { get; init => field = value ?? ""; } = "";
}
