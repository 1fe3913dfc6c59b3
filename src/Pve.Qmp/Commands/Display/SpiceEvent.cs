namespace Pve.Qmp.Commands;

/// <summary>The data of <c>SPICE_CONNECTED</c> and <c>SPICE_DISCONNECTED</c>.</summary>
/// <example>
/// <code>
/// if (QmpEvents.SpiceConnected.TryRead(qmpEvent, out SpiceEvent? data))
/// {
///     string port = data.Client.Port;
/// }
/// </code>
/// </example>
public sealed record SpiceEvent : QmpObject
{
    public SpiceBasicInfo Server { get; init => field = value ?? new(); } = new();

    public SpiceBasicInfo Client { get; init => field = value ?? new(); } = new();
}
