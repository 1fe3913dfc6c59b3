namespace Pve.Qmp.Commands;

/// <summary>The data of <c>NETDEV_STREAM_DISCONNECTED</c> and <c>NETDEV_VHOST_USER_DISCONNECTED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.NetdevStreamDisconnected.TryRead(qmpEvent, out NetdevEvent? data))
/// {
///     string id = data.NetdevId;
/// }
/// </code>
/// </example>
public sealed record NetdevEvent : QmpObject
{
    /// <summary>The network backend.</summary>
    public string NetdevId { get; init => field = value ?? ""; } = "";
}
