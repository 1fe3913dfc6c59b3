namespace Pve.Qmp.Commands;

/// <summary>The data of <c>FAILOVER_NEGOTIATED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.FailoverNegotiated.TryRead(qmpEvent, out FailoverNegotiatedEvent? data))
/// {
///     string device = data.DeviceId;
/// }
/// </code>
/// </example>
public sealed record FailoverNegotiatedEvent : QmpObject
{
    /// <summary>The virtio device.</summary>
    public string DeviceId { get; init => field = value ?? ""; } = "";
}
