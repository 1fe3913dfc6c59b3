namespace Pve.Qmp.Commands;

/// <summary>One side of a VNC connection.</summary>
/// <example>
/// <code>
/// if (QmpEvents.VncConnected.TryRead(qmpEvent, out VncConnectedEvent? data))
/// {
///     string host = data.Client.Host;
/// }
/// </code>
/// </example>
public sealed record VncBasicInfo : QmpObject
{
    public string Host { get; init => field = value ?? ""; } = "";

    public string Service { get; init => field = value ?? ""; } = "";

    public NetworkAddressFamily Family { get; init; }

    public bool Websocket { get; init; }
}
