namespace Pve.Qmp.Commands;

/// <summary>The data of <c>UNPLUG_PRIMARY</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.UnplugPrimary.TryRead(qmpEvent, out UnplugPrimaryEvent? data))
/// {
///     string device = data.DeviceId;
/// }
/// </code>
/// </example>
public sealed record UnplugPrimaryEvent : QmpObject
{
    /// <summary>The device.</summary>
    public string DeviceId { get; init => field = value ?? ""; } = "";
}
