namespace Pve.Qmp.Commands;

/// <summary>The data of <c>NETDEV_STREAM_CONNECTED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.NetdevStreamConnected.TryRead(qmpEvent, out NetdevStreamConnectedEvent? data))
/// {
///     SocketAddress peer = data.Addr;
/// }
/// </code>
/// </example>
public sealed record NetdevStreamConnectedEvent : QmpObject
{
    /// <summary>The network backend.</summary>
    public string NetdevId { get; init => field = value ?? ""; } = "";

    /// <summary>The other side.</summary>
    public SocketAddress Addr { get; init => field = value ?? new(); } = new();
}
