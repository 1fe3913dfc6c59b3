namespace Pve.Qmp.Commands;

/// <summary>One side of a SPICE connection.</summary>
/// <example>
/// <code>
/// if (QmpEvents.SpiceConnected.TryRead(qmpEvent, out SpiceEvent? data))
/// {
///     string host = data.Client.Host;
/// }
/// </code>
/// </example>
public sealed record SpiceBasicInfo : QmpObject
{
    public string Host { get; init => field = value ?? ""; } = "";

    public string Port { get; init => field = value ?? ""; } = "";

    public NetworkAddressFamily Family { get; init; }
}
