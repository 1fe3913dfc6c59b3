namespace Pve.Qmp.Commands;

/// <summary>The data of <c>VNC_INITIALIZED</c> and <c>VNC_DISCONNECTED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.VncInitialized.TryRead(qmpEvent, out VncEvent? data))
/// {
///     string service = data.Client.Service;
/// }
/// </code>
/// </example>
public sealed record VncEvent : QmpObject
{
    public VncServerInfo Server { get; init => field = value ?? new(); } = new();

    public VncClientInfo Client { get; init => field = value ?? new(); } = new();
}
