namespace Pve.Qmp.Commands;

/// <summary>The data of <c>VNC_CONNECTED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.VncConnected.TryRead(qmpEvent, out VncConnectedEvent? data))
/// {
///     string service = data.Client.Service;
/// }
/// </code>
/// </example>
public sealed record VncConnectedEvent : QmpObject
{
    public VncServerInfo Server { get; init => field = value ?? new(); } = new();

    public VncBasicInfo Client { get; init => field = value ?? new(); } = new();
}
