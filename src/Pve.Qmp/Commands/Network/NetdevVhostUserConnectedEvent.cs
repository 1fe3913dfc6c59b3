namespace Pve.Qmp.Commands;

/// <summary>The data of <c>NETDEV_VHOST_USER_CONNECTED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.NetdevVhostUserConnected.TryRead(qmpEvent, out NetdevVhostUserConnectedEvent? data))
/// {
///     string id = data.NetdevId;
/// }
/// </code>
/// </example>
public sealed record NetdevVhostUserConnectedEvent : QmpObject
{
    /// <summary>The network backend.</summary>
    public string NetdevId { get; init => field = value ?? ""; } = "";

    /// <summary>The socket to its process.</summary>
    public string ChardevId { get; init => field = value ?? ""; } = "";
}
