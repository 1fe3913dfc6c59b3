namespace Pve.Qmp.Commands;

/// <summary>The server's side of a VNC connection.</summary>
/// <example>
/// <code>
/// if (QmpEvents.VncConnected.TryRead(qmpEvent, out VncConnectedEvent? data))
/// {
///     string? auth = data.Server.Auth;
/// }
/// </code>
/// </example>
public sealed record VncServerInfo : QmpObject
{
    public string Host { get; init => field = value ?? ""; } = "";

    public string Service { get; init => field = value ?? ""; } = "";

    public NetworkAddressFamily Family { get; init; }

    public bool Websocket { get; init; }

    public string? Auth { get; init; }
}
